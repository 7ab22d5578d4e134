// Command tooldocs writes docs/tools.md from the snapshots of the MCP tools,
// resources and prompts, which the tests of the MCP server keep true. Run it at
// the repository's root; with -check it only says whether the page is stale.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "fail if the page is stale, change nothing")
	root := flag.String("root", ".", "the repository's root")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	fresh, err := page(filepath.Join(root, "backend/internal/mcpserver/testdata"))
	if err != nil {
		return err
	}
	path := filepath.Join(root, "docs/tools.md")
	stale, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if bytes.Equal(fresh, stale) {
		return nil
	}
	if check {
		return fmt.Errorf("%s is stale: run `go run ./tools/tooldocs`", path)
	}
	return os.WriteFile(path, fresh, 0o644) //nolint:gosec // a page for everybody to read
}

// snapshot is what the files have in common: a tool's has inputSchema, the
// others have one of the lists.
type snapshot struct {
	Name         string
	Description  string
	Annotations  annotations
	InputSchema  *schema
	OutputSchema schema

	Resources         []offer
	ResourceTemplates []offer
	Prompts           []offer
}

type annotations struct {
	Title           string
	ReadOnlyHint    bool
	DestructiveHint bool
	IdempotentHint  bool
}

// offer is a resource, a template of resources or a prompt.
type offer struct{ URI, URITemplate, Name, Title, Description string }

type schema struct {
	Type        any // a name, or a list of names
	Description string
	Properties  map[string]schema
	Required    []string
	Items       *schema
	Enum        []string
	Const       string
	Default     string
	Format      string
	Minimum     *float64
	Maximum     *float64
	MaxLength   int
	MaxItems    int
}

func page(folder string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no snapshots in %s", folder)
	}
	var tools, offers bytes.Buffer
	for _, file := range files { // in the order of their names
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var s snapshot
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		if s.InputSchema != nil {
			writeTool(&tools, s)
		}
		writeOffers(&offers, "Resources", append(s.Resources, s.ResourceTemplates...))
		writeOffers(&offers, "Prompts", s.Prompts)
	}
	const top = "# MCP tools, resources and prompts\n\n<!-- made by go run ./tools/tooldocs -->\n\n" +
		"What clients find at `/mcp`; [mcp.md](mcp.md) says how to connect them. Times are RFC 3339 with an offset.\n"
	return slices.Concat([]byte(top), tools.Bytes(), offers.Bytes()), nil
}

func writeTool(w *bytes.Buffer, s snapshot) {
	fmt.Fprintf(w, "\n## %s\n\n%s %s\n", s.Name, s.Description, effect(s.Annotations))
	fmt.Fprint(w, "\n| argument | | meaning |\n|---|---|---|\n")
	writeProperties(w, "", *s.InputSchema, false)
	fmt.Fprint(w, "\n| result | | meaning |\n|---|---|---|\n")
	writeProperties(w, "", s.OutputSchema, true)
}

// effect says in words what the hints say to programs.
func effect(a annotations) string {
	switch {
	case a.ReadOnlyHint:
		return "*Changes nothing.*"
	case a.DestructiveHint && a.IdempotentHint:
		return "*Overwrites; doing it twice is doing it once.*"
	case a.DestructiveHint:
		return "*Loses something.*"
	case a.IdempotentHint:
		return "*Doing it twice is doing it once.*"
	default:
		return "*Adds something each time.*"
	}
}

// writeProperties writes a row for each property, required ones first. A
// result has all of its properties always, so they are not marked.
func writeProperties(w *bytes.Buffer, prefix string, s schema, result bool) {
	names := slices.SortedFunc(maps.Keys(s.Properties), func(a, b string) int {
		return cmp.Or(-compare(slices.Contains(s.Required, a), slices.Contains(s.Required, b)), cmp.Compare(a, b))
	})
	for _, name := range names {
		property := s.Properties[name]
		mark := ""
		if !result && slices.Contains(s.Required, name) {
			mark = ", required"
		}
		fmt.Fprintf(w, "| `%s%s` | %s%s | %s |\n", prefix, name, form(property), mark, strings.ReplaceAll(property.Description, "|", `\|`))
		if property.Items != nil && len(property.Items.Properties) > 0 {
			writeProperties(w, prefix+name+"[].", *property.Items, result)
		}
	}
}

func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// form says what values a property takes.
func form(s schema) string {
	switch {
	case s.Const != "":
		return "`" + s.Const + "`"
	case len(s.Enum) > 0:
		return "`" + strings.Join(s.Enum, "`, `") + "`" + standard(s)
	}
	words := typeName(s)
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		words += fmt.Sprintf(", %g to %g", *s.Minimum, *s.Maximum)
	case s.Minimum != nil:
		words += fmt.Sprintf(", from %g", *s.Minimum)
	case s.MaxLength > 0:
		words += fmt.Sprintf(", at most %d characters", s.MaxLength)
	case s.MaxItems > 0:
		words += fmt.Sprintf(", at most %d", s.MaxItems)
	}
	return words
}

func standard(s schema) string {
	if s.Default == "" {
		return ""
	}
	return "; `" + s.Default + "` if left out"
}

func typeName(s schema) string {
	switch t := s.Type.(type) {
	case string:
		if s.Format == "date-time" {
			return "time"
		}
		return map[string]string{"string": "text", "integer": "number", "boolean": "true or false", "array": "list", "object": "object"}[t]
	case []any:
		var names []string
		for _, one := range t {
			if one != "null" {
				s.Type = one
				names = append(names, typeName(s))
			}
		}
		return strings.Join(append(names, "null"), " or ")
	default:
		return ""
	}
}

func writeOffers(w *bytes.Buffer, heading string, offers []offer) {
	if len(offers) == 0 {
		return
	}
	if title := "\n## " + heading + "\n\n"; !bytes.Contains(w.Bytes(), []byte(title)) {
		w.WriteString(title + "| name | meaning |\n|---|---|\n")
	}
	for _, o := range offers {
		fmt.Fprintf(w, "| `%s` | %s |\n", cmp.Or(o.URI, o.URITemplate, o.Name), o.Description)
	}
}
