package mcpserver

import (
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

// withOutput is the schema of a tool's result, made from its Go type and then
// made as precise as the results are. status is what the tool says that it
// did, "" where its result has none.
func withOutput[T any](status string) mcp.ToolOption {
	return func(t *mcp.Tool) {
		mcp.WithOutputSchema[T]()(t)
		sharpen(t.OutputSchema.Properties)
		if of, ok := t.OutputSchema.Properties["status"].(map[string]any); ok && status != "" {
			of["const"] = status
		}
	}
}

// sharpen says what Go types cannot: lists are never null, times have a
// format, a priority is one of three.
func sharpen(properties map[string]any) {
	for name, value := range properties {
		property, ok := value.(map[string]any)
		if !ok {
			continue
		}
		if types, ok := property["type"].([]any); ok && slices.Contains(types, any("array")) {
			property["type"] = "array"
		}
		switch {
		case strings.HasSuffix(name, "_at"):
			property["format"] = "date-time"
		case name == "priority":
			property["enum"] = []string{"low", "medium", "high"}
		}
		if items, ok := property["items"].(map[string]any); ok {
			if below, ok := items["properties"].(map[string]any); ok {
				sharpen(below)
			}
		}
	}
}
