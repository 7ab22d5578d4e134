package llmeval

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"

	"todo-chatbot/backend/internal/llm"
)

// answer is a line of a recording: what a provider said to a conversation.
type answer struct {
	Key       string         `json:"key"`
	Prompt    string         `json:"prompt"` // version of the system prompt
	Text      string         `json:"text,omitempty"`
	ToolCalls []llm.ToolCall `json:"tool_calls,omitempty"`
}

// key names a conversation: its messages and its time, not the prompt and the
// tools' descriptions, so that a new wording can still be compared.
func key(req llm.Request) (string, error) {
	raw, err := json.Marshal(struct {
		Messages []llm.Message
		Now      string
	}{req.Messages, req.Now.Format("2006-01-02T15:04Z07:00")})
	if err != nil {
		return "", fmt.Errorf("name a conversation: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}

// Recorder is a provider that writes down every answer of another.
type Recorder struct {
	llm.Provider
	prompt string
	mu     sync.Mutex
	out    io.Writer
}

// NewRecorder makes a recorder of answers to the given version of the prompt.
func NewRecorder(p llm.Provider, prompt string, out io.Writer) *Recorder {
	return &Recorder{Provider: p, prompt: prompt, out: out}
}

// Complete implements llm.Provider.
func (r *Recorder) Complete(ctx context.Context, req llm.Request, onDelta func(string)) (llm.Response, error) {
	res, err := r.Provider.Complete(ctx, req, onDelta)
	if err != nil {
		return res, err
	}
	name, err := key(req)
	if err != nil {
		return res, err
	}
	raw, err := json.Marshal(answer{name, r.prompt, res.Text, res.ToolCalls})
	if err != nil {
		return res, fmt.Errorf("record an answer: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.out.Write(append(raw, '\n')); err != nil {
		return res, fmt.Errorf("record an answer: %w", err)
	}
	return res, nil
}

// Replay is a provider that says what was recorded.
type Replay struct {
	name    string
	prompt  string
	answers map[string]answer
}

// LoadReplay reads a recording.
func LoadReplay(file string) (*Replay, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &Replay{name: file, answers: map[string]answer{}}
	for line := range bytes.Lines(raw) {
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		r.answers[a.Key], r.prompt = a, a.Prompt
	}
	return r, nil
}

// Name implements llm.Provider.
func (r *Replay) Name() string { return "replay of " + r.name }

// Prompt is the version of the prompt that was answered.
func (r *Replay) Prompt() string { return r.prompt }

// Complete implements llm.Provider. It fails for a conversation that was not
// recorded.
func (r *Replay) Complete(ctx context.Context, req llm.Request, onDelta func(string)) (llm.Response, error) {
	if err := ctx.Err(); err != nil {
		return llm.Response{}, err
	}
	name, err := key(req)
	if err != nil {
		return llm.Response{}, err
	}
	a, ok := r.answers[name]
	if !ok {
		return llm.Response{}, &llm.Error{Kind: llm.KindInvalid, Err: fmt.Errorf("%s has no answer to this conversation: run make eval-record", r.name)}
	}
	if onDelta != nil && a.Text != "" {
		onDelta(a.Text)
	}
	return llm.Response{Text: a.Text, ToolCalls: a.ToolCalls}, nil
}
