package llmeval

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"todo-chatbot/backend/internal/llm"
)

// Report is how a provider did.
type Report struct {
	Kinds   map[string]*Score
	Misses  []Miss
	Wrong   int           // cases in which a task was touched that was not named
	Slowest time.Duration // answer of the provider
}

// Score counts the cases of a kind.
type Score struct{ Right, All int }

// Miss is a case that went otherwise than expected.
type Miss struct {
	Case    Case
	Outcome Outcome
	Reasons []string
	Wrong   bool
}

// Evaluate runs the cases, one after the other. system gives the system prompt.
// A provider that fails misses the case; ctx ends the whole.
func Evaluate(ctx context.Context, p llm.Provider, system string, cases []Case, now time.Time) (Report, error) {
	r := Report{Kinds: map[string]*Score{}}
	for _, c := range cases {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		out, err := Run(ctx, p, system, c, now)
		var reasons []string
		if err != nil {
			reasons = []string{err.Error()}
		} else {
			reasons = Judge(c, out, now)
		}
		r.add(c, out, reasons)
	}
	return r, nil
}

func (r *Report) add(c Case, out Outcome, reasons []string) {
	score := r.Kinds[c.Kind()]
	if score == nil {
		score = new(Score)
		r.Kinds[c.Kind()] = score
	}
	score.All++
	r.Slowest = max(r.Slowest, out.Slowest)
	if len(reasons) == 0 {
		score.Right++
		return
	}
	miss := Miss{c, out, reasons, Wrong(c, out)}
	if miss.Wrong {
		r.Wrong++
	}
	r.Misses = append(r.Misses, miss)
}

// Total is the score of all kinds.
func (r Report) Total() Score {
	var sum Score
	for _, s := range r.Kinds {
		sum.Right += s.Right
		sum.All += s.All
	}
	return sum
}

// Percent is how many of a hundred were right.
func (s Score) Percent() float64 {
	if s.All == 0 {
		return 100
	}
	return 100 * float64(s.Right) / float64(s.All)
}

// Write prints the accuracy by kind and, when asked for, every miss.
func (r Report) Write(w io.Writer, misses bool) error {
	if misses {
		for _, m := range r.Misses {
			if _, err := fmt.Fprintln(w, m); err != nil {
				return fmt.Errorf("print: %w", err)
			}
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, s Score) {
		_, _ = fmt.Fprintf(table, "%s\t%d of %d\t%.1f %%\t\n", name, s.Right, s.All, s.Percent())
	}
	kinds := make([]string, 0, len(r.Kinds))
	for kind := range r.Kinds {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		row(kind, *r.Kinds[kind])
	}
	row("all", r.Total())
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if _, err := fmt.Fprintf(w, "wrong task touched: %d; slowest answer: %s\n", r.Wrong, r.Slowest.Round(10*time.Microsecond)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// String tells what was said, expected and done.
func (m Miss) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %q\n", m.Case.ID, m.Case.Turns)
	fmt.Fprintf(&b, "  expected: %s\n", expected(m.Case))
	fmt.Fprintf(&b, "  done:     %s\n", done(m.Outcome))
	fmt.Fprintf(&b, "  reply:    %s\n", strings.ReplaceAll(m.Outcome.Reply, "\n", "⏎"))
	fmt.Fprintf(&b, "  because:  %s", strings.Join(m.Reasons, "; "))
	if m.Wrong {
		b.WriteString("; A WRONG TASK WAS TOUCHED")
	}
	b.WriteString("\n")
	return b.String()
}

func expected(c Case) string {
	var parts []string
	if c.Asks {
		parts = append(parts, "a question")
	}
	for _, call := range c.Calls {
		parts = append(parts, fmt.Sprintf("%s %v", call.Name, call.Arguments))
	}
	if len(parts) == 0 {
		parts = append(parts, "no change")
	}
	if len(c.ReplyHas) > 0 {
		parts = append(parts, fmt.Sprintf("reply with %q", c.ReplyHas))
	}
	return strings.Join(parts, "; ")
}

func done(out Outcome) string {
	var parts []string
	for i, call := range out.Calls {
		text := fmt.Sprintf("%s %s", call.Name, call.Arguments)
		if out.Failed[i] {
			text += " (failed)"
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}
