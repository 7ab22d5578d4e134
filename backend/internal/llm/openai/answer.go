package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/openai/openai-go/v3"

	"todo-chatbot/backend/internal/llm"
)

// maxAnswerBytes bounds what one answer may take in memory.
const maxAnswerBytes = 1 << 20

// answer gathers a streamed chat completion.
type answer struct {
	text   strings.Builder
	calls  []*partialCall // in the order in which they began
	usage  llm.Usage
	size   int // bytes of text and arguments
	chunks int
	reason string // why it ended, as the endpoint says; "" before its end
}

// Why an answer can end, besides having come to its end.
const (
	reasonLength   = "length"
	reasonFiltered = "content_filter"
)

// What is told where the endpoint tells nothing.
const (
	cutOff   = "\n\n*My answer was cut off here because it got too long.*"
	filtered = "I cannot answer that: the language model's provider has held the answer back."
)

// partialCall is a tool call as far as it has come.
type partialCall struct {
	index    int64
	id, name string
	args     strings.Builder
}

// add takes in a chunk and returns the text that it brought.
func (a *answer) add(chunk openai.ChatCompletionChunk) string {
	a.chunks++
	if u := chunk.Usage; u.PromptTokens > 0 || u.CompletionTokens > 0 {
		a.usage = llm.Usage{InputTokens: u.PromptTokens, OutputTokens: u.CompletionTokens}
	}
	var fresh string
	for _, choice := range chunk.Choices {
		if choice.Index != 0 {
			continue
		}
		// A refusal is the model's answer too. Vendors' reasoning is not.
		fresh += choice.Delta.Content + choice.Delta.Refusal
		for _, piece := range choice.Delta.ToolCalls {
			a.addCall(piece)
		}
		if choice.FinishReason != "" {
			a.reason = choice.FinishReason
		}
	}
	a.text.WriteString(fresh)
	a.size += len(fresh)
	return fresh
}

func (a *answer) addCall(piece openai.ChatCompletionChunkChoiceDeltaToolCall) {
	call := a.find(piece)
	if call == nil {
		call = &partialCall{index: piece.Index}
		a.calls = append(a.calls, call)
	}
	if piece.ID != "" {
		call.id = piece.ID
	}
	// The name comes whole; some endpoints repeat it in every piece.
	if piece.Function.Name != "" {
		call.name = piece.Function.Name
	}
	call.args.WriteString(piece.Function.Arguments)
	a.size += len(piece.Function.Name) + len(piece.Function.Arguments)
}

// find returns the call that a piece goes on with, or nil when it begins one.
// Some endpoints give every call the index 0, so another ID means another call.
func (a *answer) find(piece openai.ChatCompletionChunkChoiceDeltaToolCall) *partialCall {
	for i := len(a.calls) - 1; i >= 0; i-- {
		call := a.calls[i]
		if call.index != piece.Index {
			continue
		}
		if piece.ID != "" && call.id != "" && piece.ID != call.id {
			return nil
		}
		return call
	}
	return nil
}

// errEmpty is worth another try: the same question often gets an answer then.
var errEmpty = errors.New("the answer is empty")

// finish ends an answer whose stream has ended. It returns the text that was
// missing, and tells what is wrong with the answer, if anything.
func (a *answer) finish() (missing string, err error) {
	empty := a.text.Len() == 0 && len(a.calls) == 0
	switch {
	case a.chunks == 0:
		return "", invalid(errors.New("the answer is no chat completion"))
	case a.reason == "":
		return "", unavailable(errors.New("the stream was cut short"))
	case a.reason == reasonFiltered && empty:
		missing = filtered
	case a.reason == reasonLength && empty:
		return "", invalid(errors.New("the answer was cut off before its first word"))
	case a.reason == reasonLength && len(a.calls) == 0:
		missing = cutOff
	case empty:
		return "", invalid(errEmpty)
	}
	for _, call := range a.calls {
		if call.name == "" {
			return "", invalid(errors.New("a tool call has no name"))
		}
	}
	a.text.WriteString(missing)
	return missing, nil
}

// response gives the whole answer. The IDs in used belong to earlier calls of
// the turn and are not given out again.
func (a *answer) response(used map[string]bool) llm.Response {
	res := llm.Response{Text: a.text.String(), Usage: a.usage}
	for _, call := range a.calls {
		args := json.RawMessage(call.args.String())
		if len(strings.TrimSpace(call.args.String())) == 0 {
			args = json.RawMessage("{}")
		}
		id := freshID(call.id, used)
		used[id] = true
		res.ToolCalls = append(res.ToolCalls, llm.ToolCall{ID: id, Name: call.name, Arguments: args})
	}
	return res
}

// freshID keeps the endpoint's ID unless it is missing or, as with endpoints
// that use the tool's name for it, taken.
func freshID(id string, used map[string]bool) string {
	if id != "" && !used[id] {
		return id
	}
	for n := len(used) + 1; ; n++ {
		if id := fmt.Sprintf("call_%d", n); !used[id] {
			return id
		}
	}
}

// callIDs gives the IDs of the calls since the user's last message.
func callIDs(messages []llm.Message) map[string]bool {
	used := map[string]bool{}
	for i := len(messages) - 1; i >= 0 && messages[i].Role != llm.RoleUser; i-- {
		for _, call := range messages[i].ToolCalls {
			used[call.ID] = true
		}
	}
	return used
}
