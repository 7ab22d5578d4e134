package ui

import (
	"strings"

	"todo-chatbot/backend/api"
)

// Mistakes tells where the messages of a refusal belong: beside an input, or
// above the form when it is about a field that has none. inputs maps the
// backend's fields to the inputs of the form.
func Mistakes(e *api.Error, inputs map[string]string) (beside map[string]string, above string) {
	beside = map[string]string{}
	var others []string
	for _, f := range e.Fields {
		name, _, _ := strings.Cut(f.Field, "[") // tags[2] is about the tags
		if input, ok := inputs[name]; ok {
			beside[input] = f.Message
		} else {
			others = append(others, label(name)+": "+f.Message)
		}
	}
	if len(e.Fields) == 0 {
		others = append(others, e.Message)
	}
	return beside, strings.Join(others, "; ")
}

// label is a field's name as people write it.
func label(field string) string {
	words := strings.ReplaceAll(field, "_", " ")
	if words == "" {
		return "Form"
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
