package agent

import (
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/todo"
)

//go:embed prompt.md
var promptText string

// SystemPrompt is prompt.md at the user's now. Its two places are filled in
// without text/template, whose reflection would keep every method of every
// library in the binary.
func SystemPrompt(now time.Time) string {
	_, text := splitPrompt()
	return strings.NewReplacer(
		"{{now}}", now.Format("Monday, 2 January 2006, 15:04 -07:00"),
		"{{zone}}", now.Location().String(),
	).Replace(text)
}

// PromptVersion changes with prompt.md, so that a model's recorded answers can
// be told from those to another prompt.
func PromptVersion() string {
	version, _ := splitPrompt()
	return version
}

// splitPrompt parts prompt.md into the version in its first line and the text.
func splitPrompt() (version, text string) {
	first, rest, _ := strings.Cut(promptText, "\n")
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(first, "<!-- version "), "-->")), rest
}

// messages is a conversation as a provider reads it: for each turn the user's
// message, each step with the results of its calls, and the reply.
func messages(turns []todo.Turn) []llm.Message {
	var all []llm.Message
	for _, turn := range turns {
		all = append(all, llm.Message{Role: llm.RoleUser, Text: turn.Message})
		for _, step := range turn.Steps {
			all = append(all, stepMessages(step)...)
		}
		if turn.Status == todo.TurnDone {
			all = append(all, llm.Message{Role: llm.RoleAssistant, Text: turn.Reply})
		}
	}
	return all
}

// stepMessages leaves out the calls of a turn that was given up before they
// ran, because providers refuse a call without a result.
func stepMessages(step todo.Step) []llm.Message {
	asked := llm.Message{Role: llm.RoleAssistant, Text: step.Text}
	var results []llm.Message
	for _, call := range step.Calls {
		if call.Result == nil {
			continue
		}
		asked.ToolCalls = append(asked.ToolCalls, llm.ToolCall{ID: call.ID, Name: call.Name, Arguments: call.Arguments})
		results = append(results, llm.Message{
			Role: llm.RoleTool, ToolCallID: call.ID, Text: resultText(call), IsError: call.IsError,
		})
	}
	if len(results) == 0 {
		return nil
	}
	return append([]llm.Message{asked}, results...)
}

// resultText is a result as a provider reads it: JSON, or the plain text of an
// error.
func resultText(call todo.ToolCall) string {
	var text string
	if call.IsError && json.Unmarshal(call.Result, &text) == nil {
		return text
	}
	return string(call.Result)
}
