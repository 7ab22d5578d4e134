package openai

import (
	"encoding/json"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"

	"todo-chatbot/backend/internal/llm"
)

// noResult answers a call whose result is not in the history. An endpoint
// rejects a conversation in which a call has no answer.
const noResult = `{"error":"No result was recorded."}`

func newParams(model string, req llm.Request) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:    model,
		Messages: messages(req),
		Tools:    tools(req.Tools),
		StreamOptions: openai.ChatCompletionStreamOptionsParam{
			IncludeUsage: openai.Bool(true),
		},
	}
}

func messages(req llm.Request) []openai.ChatCompletionMessageParamUnion {
	var out []openai.ChatCompletionMessageParamUnion
	if req.System != "" {
		out = append(out, openai.SystemMessage(req.System))
	}
	for i, m := range req.Messages {
		switch {
		case m.Role == llm.RoleUser:
			out = append(out, openai.UserMessage(m.Text))
		case m.Role == llm.RoleAssistant && len(m.ToolCalls) > 0:
			out = append(out, assistantCalls(m))
			out = append(out, results(m.ToolCalls, req.Messages[i+1:])...)
		case m.Role == llm.RoleAssistant && m.Text != "":
			out = append(out, openai.AssistantMessage(m.Text))
		}
		// A tool's message is sent behind its call. Without one, because the
		// history begins in the middle of a turn, endpoints would reject it.
	}
	return out
}

func assistantCalls(m llm.Message) openai.ChatCompletionMessageParamUnion {
	var msg openai.ChatCompletionAssistantMessageParam
	if m.Text != "" {
		msg.Content.OfString = openai.String(m.Text)
	}
	for _, call := range m.ToolCalls {
		msg.ToolCalls = append(msg.ToolCalls, openai.ChatCompletionMessageToolCallUnionParam{
			OfFunction: &openai.ChatCompletionMessageFunctionToolCallParam{
				ID: call.ID,
				Function: openai.ChatCompletionMessageFunctionToolCallFunctionParam{
					Name:      call.Name,
					Arguments: argumentsOf(call),
				},
			},
		})
	}
	return openai.ChatCompletionMessageParamUnion{OfAssistant: &msg}
}

// results gives one tool message for each call, from the messages that follow
// the assistant's up to the next one of somebody else.
func results(calls []llm.ToolCall, following []llm.Message) []openai.ChatCompletionMessageParamUnion {
	texts := make(map[string]string, len(calls))
	for _, m := range following {
		if m.Role != llm.RoleTool {
			break
		}
		texts[m.ToolCallID] = m.Text
	}
	out := make([]openai.ChatCompletionMessageParamUnion, 0, len(calls))
	for _, call := range calls {
		text, ok := texts[call.ID]
		if !ok {
			text = noResult
		}
		out = append(out, openai.ToolMessage(text, call.ID))
	}
	return out
}

func argumentsOf(call llm.ToolCall) string {
	if len(call.Arguments) == 0 {
		return "{}"
	}
	return string(call.Arguments)
}

func tools(specs []llm.Tool) []openai.ChatCompletionToolUnionParam {
	out := make([]openai.ChatCompletionToolUnionParam, 0, len(specs))
	for _, spec := range specs {
		fn := shared.FunctionDefinitionParam{Name: spec.Name}
		if spec.Description != "" {
			fn.Description = openai.String(spec.Description)
		}
		// A schema that is no JSON object is left out: the tool then takes no
		// arguments, and the tool itself says what it misses.
		if err := json.Unmarshal(spec.InputSchema, &fn.Parameters); err != nil {
			fn.Parameters = nil
		}
		out = append(out, openai.ChatCompletionFunctionTool(fn))
	}
	return out
}
