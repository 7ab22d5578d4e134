// Command chartdocs writes the table of values in the chart's README.md from
// the comments in its values.yaml. Run it at the repository's root; with
// -check it only says whether the table is stale.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	begin = "<!-- values: made by go run ./tools/chartdocs -->\n"
	end   = "<!-- values: end -->\n"
)

func main() {
	check := flag.Bool("check", false, "fail if the table is stale, change nothing")
	chart := flag.String("chart", "helm/todo-chatbot", "the chart's folder")
	flag.Parse()
	if err := run(*chart, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(chart string, check bool) error {
	values, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	if err != nil {
		return err
	}
	path := filepath.Join(chart, "README.md")
	readme, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fresh, err := rewrite(readme, values)
	if err != nil {
		return err
	}
	if bytes.Equal(fresh, readme) {
		return nil
	}
	if check {
		return fmt.Errorf("%s is stale: run `go run ./tools/chartdocs`", path)
	}
	return os.WriteFile(path, fresh, 0o644) //nolint:gosec // a page for everybody to read
}

// rewrite puts the table of values between the marks in readme.
func rewrite(readme, values []byte) ([]byte, error) {
	before, rest, found := bytes.Cut(readme, []byte(begin))
	_, after, ended := bytes.Cut(rest, []byte(end))
	if !found || !ended {
		return nil, fmt.Errorf("README.md lacks the marks %q and %q", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(values, &doc); err != nil {
		return nil, fmt.Errorf("read values.yaml: %w", err)
	}
	if len(doc.Content) == 0 {
		return nil, errors.New("values.yaml is empty")
	}
	var table bytes.Buffer
	table.WriteString("| value | default | meaning |\n|---|---|---|\n")
	if err := rows(&table, "", doc.Content[0]); err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{before, []byte(begin), table.Bytes(), []byte(end), after}, nil), nil
}

// rows writes one row for every key with a comment. Below a key without one
// there must be keys that have them.
func rows(table *bytes.Buffer, prefix string, mapping *yaml.Node) error {
	for i := 0; i < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		name := prefix + key.Value
		section := value.Kind == yaml.MappingNode && len(value.Content) > 0 && documented(value)
		comment := meaning(key.HeadComment)
		if comment == "" && !section {
			return fmt.Errorf("values.yaml:%d: %s has no comment above it", key.Line, name)
		}
		if comment != "" {
			standard, err := defaultOf(value, section)
			if err != nil {
				return err
			}
			fmt.Fprintf(table, "| `%s` | %s | %s |\n", name, standard, comment)
		}
		if section {
			if err := rows(table, name+".", value); err != nil {
				return err
			}
		}
	}
	return nil
}

// documented tells whether the keys of a mapping, or those below, have comments.
func documented(mapping *yaml.Node) bool {
	for i := 0; i < len(mapping.Content); i += 2 {
		value := mapping.Content[i+1]
		if mapping.Content[i].HeadComment != "" || value.Kind == yaml.MappingNode && documented(value) {
			return true
		}
	}
	return false
}

func meaning(comment string) string {
	lines := strings.Split(comment, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(strings.TrimPrefix(line, "#"))
	}
	return strings.ReplaceAll(strings.Join(lines, " "), "|", `\|`)
}

func defaultOf(value *yaml.Node, section bool) (string, error) {
	if section {
		return "", nil
	}
	var v any
	if err := value.Decode(&v); err != nil {
		return "", fmt.Errorf("values.yaml:%d: %w", value.Line, err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("values.yaml:%d: %w", value.Line, err)
	}
	return "`" + string(text) + "`", nil
}
