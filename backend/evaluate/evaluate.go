// Package evaluate measures an assistant with the cases of llmeval: the
// built-in rules, a model, or a model's recorded answers. It is what tools/eval
// runs.
package evaluate

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"todo-chatbot/backend/internal/agent"
	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmeval"
	"todo-chatbot/backend/internal/llm/openai"
	"todo-chatbot/backend/internal/llm/rules"
)

// Settings is what is measured, and how.
type Settings struct {
	Files   []string // of cases; none are those of the repository, and ../shared/nl
	Model   openai.Config
	Replay  string // a recording, instead of the model
	Record  string // where to write the model's answers
	Quiet   bool   // no misses, only the table
	AtLeast float64
}

// Parse reads the command line and the environment: OPENAI_MODEL chooses a
// model instead of the rules.
func Parse(args []string, getenv func(string) string, out io.Writer) (Settings, error) {
	var s Settings
	flags := flag.NewFlagSet("eval", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&s.Replay, "replay", "", "measure the recorded answers in this file")
	flags.StringVar(&s.Record, "record", "", "write the model's answers to this file")
	flags.BoolVar(&s.Quiet, "quiet", false, "print no misses")
	flags.Float64Var(&s.AtLeast, "at-least", 0, "fail below this accuracy, in percent")
	if err := flags.Parse(args); err != nil {
		return s, fmt.Errorf("arguments: %w", err)
	}
	s.Files = flags.Args()
	s.Model = openai.Config{
		BaseURL: getenv("OPENAI_BASE_URL"), APIKey: getenv("OPENAI_API_KEY"), Model: getenv("OPENAI_MODEL"),
		Timeout: time.Minute, MaxRetries: 3,
	}
	if s.Record != "" && s.Model.Model == "" {
		return s, errors.New("set OPENAI_MODEL (and OPENAI_API_KEY or OPENAI_BASE_URL): there is no model to record")
	}
	return s, nil
}

// Now is the time of every case: a Wednesday noon. A fixed one, because
// recorded answers name days.
func Now() time.Time {
	return time.Date(2026, time.March, 4, 12, 0, 0, 0, zone())
}

func zone() *time.Location {
	if berlin, err := time.LoadLocation("Europe/Berlin"); err == nil {
		return berlin
	}
	return time.FixedZone("CET", 60*60)
}

// Run measures and prints the report. It fails when the accuracy is less than
// asked for.
func Run(ctx context.Context, s Settings, out io.Writer) error {
	files := s.Files
	if len(files) == 0 {
		files = found()
	}
	cases, err := llmeval.Load(files...)
	if err != nil {
		return err
	}
	p, done, err := s.provider()
	if err != nil {
		return err
	}
	now := Now()
	report, err := llmeval.Evaluate(ctx, p, agent.SystemPrompt(now), cases, now)
	if err := errors.Join(err, done()); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s, prompt %s, %d cases of %s\n\n", p.Name(), agent.PromptVersion(), len(cases), strings.Join(files, ", ")); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if replay, ok := p.(*llmeval.Replay); ok && replay.Prompt() != agent.PromptVersion() {
		_, _ = fmt.Fprintf(out, "These answers are to prompt %s: run make eval-record to ask again.\n\n", replay.Prompt())
	}
	if err := report.Write(out, !s.Quiet); err != nil {
		return err
	}
	if got := report.Total().Percent(); got < s.AtLeast {
		return fmt.Errorf("%.1f %% are right, and %.1f %% were asked for", got, s.AtLeast)
	}
	return nil
}

func (s Settings) provider() (llm.Provider, func() error, error) {
	none := func() error { return nil }
	switch {
	case s.Replay != "":
		p, err := llmeval.LoadReplay(s.Replay)
		return p, none, err
	case s.Model.Model == "":
		return rules.New(), none, nil
	case s.Record == "":
		return openai.New(s.Model), none, nil
	}
	file, err := os.Create(s.Record)
	if err != nil {
		return nil, none, err
	}
	return llmeval.NewRecorder(openai.New(s.Model), agent.PromptVersion(), file), file.Close, nil
}

// found gives the cases of the repository, from its root, and the given ones
// where they are beside it.
func found() []string {
	files, err := filepath.Glob("backend/internal/llm/rules/testdata/cases/*.jsonl")
	if err != nil {
		return nil // The pattern is a constant, and right.
	}
	shared := os.Getenv("TODO_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "shared")
	}
	given := filepath.Join(shared, "nl", "utterances.jsonl")
	if _, err := os.Stat(given); err == nil { //nolint:gosec // whoever measures says where the cases are
		files = append(files, given)
	}
	return files
}
