// Command apidocs makes the page of the backend's contract from its document:
//
//	go run ./tools/apidocs           write backend/api/openapi/docs.html
//	go run ./tools/apidocs -check    fail if it is not fresh
package main

import (
	"bytes"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"os"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const (
	document = "backend/api/openapi/openapi.yaml"
	page     = "backend/api/openapi/docs.html"
)

//go:embed page.html
var layout string

func main() {
	check := flag.Bool("check", false, "fail if the page is not fresh")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check bool) error {
	doc, err := openapi3.NewLoader().LoadFromFile(document)
	if err != nil {
		return fmt.Errorf("read %s: %w", document, err)
	}
	fresh, err := render(doc)
	if err != nil {
		return err
	}
	if !check {
		return os.WriteFile(page, fresh, 0o644) //nolint:gosec // a page for everybody
	}
	found, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	if !bytes.Equal(found, fresh) {
		return errors.New(page + " is stale: go run ./tools/apidocs")
	}
	return nil
}

// operation is one method of one path.
type operation struct {
	Method, Path string
	*openapi3.Operation
	Parameters []*openapi3.Parameter
	Responses  []response
	Open       bool
}

type response struct {
	Status string
	*openapi3.Response
}

type section struct {
	*openapi3.Tag
	Operations []operation
}

type schema struct {
	Name   string
	Fields []field
	*openapi3.Schema
}

type field struct {
	Name     string
	Required bool
	Type     string
	About    string
}

func render(doc *openapi3.T) ([]byte, error) {
	view := struct {
		*openapi3.T
		Sections []section
		Schemas  []schema
	}{T: doc}
	for _, tag := range doc.Tags {
		view.Sections = append(view.Sections, section{tag, operations(doc, tag.Name)})
	}
	for name, ref := range doc.Components.Schemas {
		view.Schemas = append(view.Schemas, schema{name, fields(ref.Value), ref.Value})
	}
	slices.SortFunc(view.Schemas, func(a, b schema) int { return strings.Compare(a.Name, b.Name) })
	parsed, err := template.New("page").Funcs(template.FuncMap{"type": typeOf, "lower": strings.ToLower}).Parse(layout)
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, view); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return out.Bytes(), nil
}

func operations(doc *openapi3.T, tag string) []operation {
	var found []operation
	for _, path := range doc.Paths.InMatchingOrder() {
		item := doc.Paths.Value(path)
		for method, op := range item.Operations() {
			if !slices.Contains(op.Tags, tag) {
				continue
			}
			o := operation{Method: method, Path: path, Operation: op, Open: op.Security != nil && len(*op.Security) == 0}
			for _, p := range append(slices.Clone(item.Parameters), op.Parameters...) {
				o.Parameters = append(o.Parameters, p.Value)
			}
			for status, r := range op.Responses.Map() {
				o.Responses = append(o.Responses, response{status, r.Value})
			}
			slices.SortFunc(o.Responses, func(a, b response) int { return strings.Compare(a.Status, b.Status) })
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return found
}

func fields(s *openapi3.Schema) []field {
	var all []field
	for name, ref := range s.Properties {
		all = append(all, field{Name: name, Required: slices.Contains(s.Required, name), Type: typeOf(ref), About: ref.Value.Description})
	}
	slices.SortFunc(all, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// typeOf says in a few words what a schema lets through.
func typeOf(ref *openapi3.SchemaRef) string {
	if ref == nil || ref.Value == nil {
		return ""
	}
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		return name
	}
	s := ref.Value
	text := "any"
	if s.Type != nil {
		text = strings.Join(s.Type.Slice(), " or ")
	}
	if s.Items != nil {
		text += " of " + typeOf(s.Items)
	}
	if s.Format != "" {
		text += " (" + s.Format + ")"
	}
	if len(s.Enum) > 0 {
		var words []string
		for _, e := range s.Enum {
			words = append(words, fmt.Sprint(e))
		}
		text = strings.Join(words, ", ")
	}
	if s.MaxLength != nil {
		text += fmt.Sprintf(", at most %d characters", *s.MaxLength)
	}
	return text
}
