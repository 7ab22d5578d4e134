package llmeval

import (
	"context"
	"fmt"
	"time"

	"todo-chatbot/backend/internal/llm"
)

// Outcome is what came of the last turn of a case.
type Outcome struct {
	Calls    []llm.ToolCall
	Failed   []bool // of each call
	Reply    string
	Before   []Task        // the list when the turn began
	Slowest  time.Duration // of the provider's answers
	Messages []llm.Message
}

// Session is a conversation with a provider about a list.
type Session struct {
	Provider llm.Provider
	System   string
	Tools    []llm.Tool
	List     *List
	Now      time.Time
	Messages []llm.Message
}

// NewSession begins the conversation of a case.
func NewSession(p llm.Provider, system string, c Case, now time.Time) (*Session, error) {
	tools, err := Tools()
	if err != nil {
		return nil, err
	}
	list, err := NewList(c.tasks(), now)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.ID, err)
	}
	return &Session{Provider: p, System: system, Tools: tools, List: list, Now: now}, nil
}

// tasks copies the tasks, because a list writes their times.
func (c Case) tasks() []Task {
	out := make([]Task, 0, len(c.Tasks))
	for _, k := range c.Tasks {
		for _, at := range []**string{&k.DueAt, &k.RemindAt, &k.CompletedAt} {
			if *at != nil {
				*at = new(**at)
			}
		}
		out = append(out, k)
	}
	return out
}

// The bounds of the agent.
const (
	maxSteps = 8
	maxCalls = 100
)

// Say takes a turn as the agent does.
func (s *Session) Say(ctx context.Context, text string) (Outcome, error) {
	out := Outcome{Before: append([]Task(nil), s.List.Tasks...)}
	s.Messages = append(s.Messages, llm.Message{Role: llm.RoleUser, Text: text})
	for range maxSteps {
		start := time.Now()
		res, err := s.Provider.Complete(ctx, llm.Request{System: s.System, Messages: s.Messages, Tools: s.Tools, Now: s.Now}, nil)
		if err != nil {
			return out, err
		}
		out.Slowest = max(out.Slowest, time.Since(start))
		res.ToolCalls = res.ToolCalls[:min(len(res.ToolCalls), maxCalls)]
		s.Messages = append(s.Messages, llm.Message{Role: llm.RoleAssistant, Text: res.Text, ToolCalls: res.ToolCalls})
		if len(res.ToolCalls) == 0 {
			out.Reply = res.Text
			return out, nil
		}
		for _, call := range res.ToolCalls {
			result := s.List.Use(call)
			s.Messages = append(s.Messages, result)
			out.Calls = append(out.Calls, call)
			out.Failed = append(out.Failed, result.IsError)
		}
	}
	return out, fmt.Errorf("no answer after %d steps", maxSteps)
}

// Run takes all turns of a case and returns what came of the last.
func Run(ctx context.Context, p llm.Provider, system string, c Case, now time.Time) (Outcome, error) {
	s, err := NewSession(p, system, c, now)
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	for _, text := range c.Turns {
		if out, err = s.Say(ctx, text); err != nil {
			return out, err
		}
	}
	return out, nil
}
