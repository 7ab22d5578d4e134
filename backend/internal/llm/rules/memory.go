package rules

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"todo-chatbot/backend/internal/llm"
)

// memory is what a turn knows of those before it.
type memory struct {
	shown    []int64 // the tasks of the latest list
	changed  []int64 // the tasks changed since, in the latest turn that changed any
	it       int64   // the task spoken of last; 0 for none
	added    int64   // the task added last; 0 for none
	lastTool string  // that changed them
	question *question
}

// show remembers a list that the user sees.
func (m *memory) show(tasks []task) {
	m.shown, m.changed = ids(tasks), nil
	m.it = 0
	if len(tasks) == 1 {
		m.it = tasks[0].ID
	}
}

// ordered gives the tasks that "the second one" counts in.
func (m *memory) ordered() []int64 {
	if len(m.changed) > 1 {
		return m.changed
	}
	return m.shown
}

// them gives the tasks that "them" means.
func (m *memory) them() []int64 {
	if len(m.changed) > 0 {
		return m.changed
	}
	return m.shown
}

// episode is the messages of a turn.
type episode struct {
	text  string
	calls []exchange
	reply string
}

// episodes parts a conversation into turns. Messages before the first of the
// user belong to a turn that was cut off; only its calls are of use.
func episodes(messages []llm.Message) []episode {
	var out []episode
	for _, m := range messages {
		if m.Role == llm.RoleUser || len(out) == 0 {
			out = append(out, episode{})
		}
		last := &out[len(out)-1]
		switch m.Role {
		case llm.RoleUser:
			last.text = m.Text
		case llm.RoleAssistant:
			last.reply += m.Text
			for _, call := range m.ToolCalls {
				last.calls = append(last.calls, exchange{call: call})
			}
		case llm.RoleTool:
			last.record(m)
		}
	}
	return out
}

func (e *episode) record(m llm.Message) {
	for i := range e.calls {
		if ex := &e.calls[i]; ex.call.ID == m.ToolCallID && !ex.answered {
			ex.result, ex.isError, ex.answered = m.Text, m.IsError, true
			return
		}
	}
}

// replayed is how many turns before the current one are run again at most:
// those whose question the next turn may answer. What came of the others is
// known by their calls and replies, which is much faster.
const replayed = 6

// replayedText is how long the texts of these may be together, in bytes, so
// that a history of long texts costs no more than one of them.
const replayedText = maxText / 2

// replay runs the conversation turn by turn and returns the last one. It fails
// only with the context's error.
func replay(ctx context.Context, req llm.Request) (*turn, error) {
	tools := schemas(req.Tools)
	t := &turn{}
	turns := episodes(req.Messages)
	first := firstReplayed(turns)
	for i, e := range turns {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t = &turn{memory: t.memory, tools: tools, recorded: e.calls, counted: t.memory.ordered(), parser: parser{now: req.Now}}
		if i < len(turns)-1 && (i < first || e.isRefused()) {
			t.question = nil
			t.observeTurn(e)
			continue
		}
		before := t.memory
		t.run(e.text)
		t.reconcile(before, e)
	}
	return t, nil
}

// firstReplayed gives the first of the turns that are run again: the current
// one answers the question of the turn before, which may be an answer too.
func firstReplayed(turns []episode) int {
	first, left := max(0, len(turns)-1), replayedText
	for first > 0 && len(turns)-first <= replayed {
		e := turns[first-1]
		if !e.isOpen() {
			break
		}
		if left -= len(e.text); left < 0 {
			break
		}
		first--
	}
	return first
}

// isOpen tells whether a turn may have left more than its reply shows: a
// question, or a list that was too long to be shown whole.
func (e episode) isOpen() bool {
	return !e.isRefused() && (strings.ContainsAny(e.reply, "?؟") || strings.Contains(e.reply, "\n- …"))
}

// isRefused tells whether all that came of a turn is that it was not
// understood. To run it again would find out nothing.
func (e episode) isRefused() bool {
	return len(e.calls) == 0 && (len(e.text) > maxText ||
		slices.ContainsFunc(refusals, func(start string) bool { return strings.HasPrefix(e.reply, start) }))
}

// reconcile corrects the memory of a turn that went otherwise than these rules
// would have it: another provider had the conversation, or it broke off.
func (t *turn) reconcile(before memory, e episode) {
	if e.reply == "" {
		return // The turn goes on now.
	}
	foreign := slices.ContainsFunc(t.recorded, func(ex exchange) bool { return !ex.used })
	if foreign || len(t.wanted) > 0 {
		t.memory, t.changes = before, 0
		t.question = nil
		t.observeAll()
	}
	// A yes deletes only what the user has been shown, word for word.
	if t.question != nil && t.question.exact && t.reply() != e.reply {
		t.question = nil
	}
}

var (
	namedTask = regexp.MustCompile(`(?i)\btask (\d+), “`)
	ownCall   = regexp.MustCompile(`^call_\d+$`)
)

// observeTurn takes what came of a turn into memory: the tasks that its calls
// changed, or else those that its reply lists or names.
func (t *turn) observeTurn(e episode) {
	t.observeAll()
	if t.changes > 0 {
		return
	}
	if shown := shownIn(e.reply); len(shown) > 0 {
		t.show(shown)
		return
	}
	if !strings.Contains(e.reply, ", “") {
		return
	}
	if named := namedTask.FindAllStringSubmatch(e.reply, 2); len(named) == 1 {
		t.it = int64(atoi(named[0][1]))
	}
}

// shownIn gives the tasks that a reply lists; see turn.lines.
func shownIn(reply string) []task {
	var shown []task
	for line := range strings.SplitSeq(reply, "\n") {
		if rest, ok := strings.CutPrefix(line, "- **"); ok {
			if number, _, ok := strings.Cut(rest, "**"); ok && atoi(number) > 0 {
				shown = append(shown, task{ID: int64(atoi(number))})
			}
		}
	}
	return shown
}

func (t *turn) observeAll() {
	for _, ex := range t.recorded {
		t.observe(ex)
	}
}

// observe takes a call into memory. The lists that these rules look up are not
// shown; those of another provider probably were.
func (t *turn) observe(ex exchange) {
	if ex.isError || !ex.answered || ex.call.Name == "list_tasks" && ownCall.MatchString(ex.call.ID) {
		return
	}
	if ex.call.Name == "list_tasks" {
		var list taskList
		if json.Unmarshal([]byte(ex.result), &list) == nil {
			t.show(list.Tasks)
		}
		return
	}
	var changed struct {
		ID int64 `json:"task_id"`
	}
	if err := json.Unmarshal([]byte(ex.result), &changed); err != nil || changed.ID == 0 {
		return
	}
	t.touch(ex.call.Name, changed.ID)
	if ex.call.Name == "add_task" {
		t.added = changed.ID
	}
}
