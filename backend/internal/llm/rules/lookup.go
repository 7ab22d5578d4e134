package rules

import (
	"encoding/json"
	"maps"
	"time"
)

// task is a task as the tools give it.
type task struct {
	ID        int64      `json:"id"`
	Title     string     `json:"title"`
	Completed bool       `json:"completed"`
	Priority  string     `json:"priority"`
	Tags      []string   `json:"tags"`
	DueAt     *time.Time `json:"due_at"`

	CompletedAt *time.Time `json:"completed_at"`
}

type taskList struct {
	Tasks      []task `json:"tasks"`
	NextCursor string `json:"next_cursor"`
}

// UnmarshalJSON leaves out a time that it cannot read: the rest of the task,
// and of the list, is of use without it.
func (l *taskList) UnmarshalJSON(raw []byte) error {
	var list struct {
		Tasks []struct {
			ID          int64    `json:"id"`
			Title       string   `json:"title"`
			Completed   bool     `json:"completed"`
			Priority    string   `json:"priority"`
			Tags        []string `json:"tags"`
			DueAt       lenient  `json:"due_at"`
			CompletedAt lenient  `json:"completed_at"`
		} `json:"tasks"`
		NextCursor string `json:"next_cursor"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return err //nolint:wrapcheck // json adds where in the text it was
	}
	l.Tasks, l.NextCursor = make([]task, 0, len(list.Tasks)), list.NextCursor
	for _, k := range list.Tasks {
		l.Tasks = append(l.Tasks, task{k.ID, k.Title, k.Completed, k.Priority, k.Tags, k.DueAt.at, k.CompletedAt.at})
	}
	return nil
}

// lenient is a time, or nil for one that cannot be read.
type lenient struct{ at *time.Time }

// UnmarshalJSON implements json.Unmarshaler. It never fails.
func (l *lenient) UnmarshalJSON(raw []byte) error {
	l.at = nil
	if at, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(raw)); err == nil && at.Year() < 10000 {
		l.at = &at
	}
	return nil
}

// isCut tells whether there are more tasks than were read.
func (l *taskList) isCut() bool { return l.NextCursor != "" }

// A page of the list takes one of the steps that a turn has, which are 8
// unless set otherwise. These bounds leave enough for the changes and the reply.
const (
	maxPages     = 4 // of one list
	maxTurnPages = 5 // of all lists of a turn; each has at least one
)

// list calls list_tasks and reads its pages as far as the tool and the bounds
// allow. It returns nil while it waits, and after a failure, which it has said.
func (t *turn) list(args map[string]any) *taskList {
	if !t.settle() {
		return nil
	}
	all := new(taskList)
	for n := 1; ; n++ {
		res, ok := t.call("list_tasks", args)
		if !ok {
			t.waiting = true
			return nil
		}
		var page taskList
		if res.isError {
			t.say("%s", escape(res.text))
			return nil
		}
		if err := json.Unmarshal([]byte(res.text), &page); err != nil {
			t.say("I could not read your list. Please try again.")
			return nil
		}
		t.pages++
		all.Tasks = append(all.Tasks, page.Tasks...)
		all.NextCursor = page.NextCursor
		if page.NextCursor == "" || n >= maxPages || t.pages >= maxTurnPages || !t.can("list_tasks", "cursor") {
			return all
		}
		args = maps.Clone(args)
		args["cursor"] = page.NextCursor
	}
}

// lookup reads the tasks that a command can be about, once in a turn.
func (t *turn) lookup(which preference) *taskList {
	if all := t.lists[isAny]; all != nil && !all.isCut() {
		return &taskList{Tasks: keep(all.Tasks, which.fits)}
	}
	if t.lists[which] == nil {
		list := t.list(map[string]any{"status": string(which)})
		if list == nil {
			return nil
		}
		if t.lists == nil {
			t.lists = map[preference]*taskList{}
		}
		t.lists[which] = list
	}
	return t.lists[which]
}

// everything looks the whole list up.
func (t *turn) everything() *taskList { return t.lookup(isAny) }

// candidates looks up the tasks that words may mean: those that the command is
// likelier about and, when the words fit none of these, all.
func (t *turn) candidates(g target, prefer preference) *taskList {
	list := t.lookup(prefer)
	if list == nil || len(match(list.Tasks, g.title, g.exact)) > 0 || len(matchEach(list.Tasks, g.title, prefer)) > 0 {
		return list
	}
	return t.everything()
}

// preference tells which tasks a command is likelier about, when words or "the
// first one" fit several. It is a status that list_tasks takes.
type preference string

const (
	isAny       preference = "all"
	isPending   preference = statusPending
	isCompleted preference = statusCompleted
)

func (p preference) fits(k task) bool { return p == isAny || k.Completed == (p == isCompleted) }

// preferred keeps the tasks that a command is likelier about, if any are.
func preferred(tasks []task, prefer preference) []task {
	if out := keep(tasks, prefer.fits); len(out) > 0 {
		return out
	}
	return tasks
}
