package llmeval

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"todo-chatbot/backend/internal/llm"
)

//go:embed tools.json
var toolsText []byte

// Tools describes the tools of a List.
func Tools() ([]llm.Tool, error) {
	var described []struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		InputSchema json.RawMessage `json:"input_schema"`
	}
	if err := json.Unmarshal(toolsText, &described); err != nil {
		return nil, fmt.Errorf("tools.json: %w", err)
	}
	tools := make([]llm.Tool, 0, len(described))
	for _, d := range described {
		tools = append(tools, llm.Tool{Name: d.Name, Description: d.Description, InputSchema: d.InputSchema})
	}
	return tools, nil
}
