// Package rules is the llm.Provider that the product works with when there is
// no model: deterministic, offline, without a key. It understands English todo
// talk by a small grammar, the basic commands in other languages too, and
// answers in plain Markdown.
//
// A request passes these stages:
//
//	normalise.go  the user's text: cleaned, quotations set aside
//	guard.go      what only looks like a command: conditions, contradictions
//	foreign.go    a text in another language into a command (language.go and
//	              lexicon/languages)
//	clauses.go    one text into clauses, one for each command
//	lexicon.go    a clause in plainer words: slang, slips (lexicon/en.json)
//	grammar.go    a clause into a command, by the rules in add_rules.go,
//	              list.go, mark.go, remove.go, change_rules.go and talk.go; a
//	              report ("I called mom") by statement.go, a question by ask.go
//	plan.go       what a message asks for as a whole: too much, or to delete
//	details.go    titles into title, description, priority, tags, due date
//	              (dates.go, days.go) and repetition (recurrence.go);
//	              enumerate.go parts "eggs, milk and bread"
//	refs.go       "task 3", "the first one", "the meeting" into targets, found
//	              by find.go and match.go among the tasks that lookup.go reads
//	turn.go       commands into tool calls or, once all of these have results,
//	              into a reply (reply.go)
//
// Whatever is not sure becomes a question (question.go): nothing is changed on
// a guess.
//
// The provider keeps nothing between requests. What was said before and which
// task is "it" is read from the conversation; the turns that lead to an open
// question are run again (memory.go).
package rules

import (
	"context"
	"regexp"

	"todo-chatbot/backend/internal/llm"
)

// Provider answers by rules. It is safe for concurrent use.
type Provider struct{}

// New returns the provider.
func New() *Provider { return &Provider{} }

// Name implements llm.Provider.
func (*Provider) Name() string { return "rules" }

// Complete implements llm.Provider. The response depends on the request alone,
// and holds either tool calls or text. It fails only with the context's error.
func (*Provider) Complete(ctx context.Context, req llm.Request, onDelta func(string)) (llm.Response, error) {
	if err := ctx.Err(); err != nil {
		return llm.Response{}, err
	}
	t, err := replay(ctx, req)
	if err != nil {
		return llm.Response{}, err
	}
	if len(t.wanted) > 0 {
		return llm.Response{ToolCalls: t.wanted}, nil
	}
	text := t.reply()
	if err := stream(ctx, text, onDelta); err != nil {
		return llm.Response{}, err
	}
	return llm.Response{Text: text}, nil
}

var wordPiece = regexp.MustCompile(`\s*\S+\s*?`)

// stream hands out text word by word, so that it reads as a model's does.
func stream(ctx context.Context, text string, onDelta func(string)) error {
	if onDelta == nil {
		return nil
	}
	end := 0
	for _, at := range wordPiece.FindAllStringIndex(text, -1) {
		if err := ctx.Err(); err != nil {
			return err
		}
		onDelta(text[at[0]:at[1]])
		end = at[1]
	}
	if end < len(text) {
		onDelta(text[end:])
	}
	return nil
}
