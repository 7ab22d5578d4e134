package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"todo-chatbot/backend/internal/llm"
)

// turn is one message of the user and what has been done about it so far.
//
// Its commands are run from the start for each request. A call that already
// has a result gives that; a call that has none is put into wanted, and what
// depends on its result waits for the next request. Once nothing is wanted,
// all is done and said is the reply.
type turn struct {
	parser
	memory
	tools    map[string]schema
	recorded []exchange
	wanted   []llm.ToolCall
	said     []string
	counted  []int64 // what "the first one" counts in: positions stay while the turn changes tasks
	changes  int     // tasks changed so far
	missed   bool    // a task that was named is not there
	waiting  bool    // a command needs a result that is not there yet
	pages    int     // of the list, read so far
	lists    map[preference]*taskList

	completing []int64 // the tasks that the turn completes
}

// exchange is a call of an earlier step of the turn, with its result.
type exchange struct {
	call     llm.ToolCall
	result   string
	isError  bool
	answered bool
	used     bool
}

// schema tells which arguments a tool takes and, of each, whether null is how
// it is taken away; else the empty text is.
type schema map[string]argument

type argument struct{ nullable bool }

// outcome is the result of a call.
type outcome struct {
	text    string
	isError bool
}

// run does what the user's text asks for.
func (t *turn) run(raw string) {
	if len(raw) > maxText {
		t.say("%s", tooLong)
		return
	}
	for _, c := range planned(t.understand(raw)) {
		if c.run(t); t.waiting {
			return
		}
	}
}

// understand gives the commands of a text: an answer to the open question, or
// the commands by themselves.
func (t *turn) understand(raw string) []command {
	t.utterance = normalise(raw)
	open := t.question
	t.question = nil
	var out []command
	if open != nil {
		t.lang = open.lang
		if out = open.answer(t); out == nil {
			t.lang = nil
		}
	}
	if out == nil {
		out = t.commands()
	}
	switch {
	case t.noDate != "":
		return []command{talk(t.sayNoDate())}
	case out == nil:
		return []command{unknown{t.text}}
	}
	return out
}

// call gives the result of a call, or wants it made. The calls of a turn are
// the same each time it is run, so the first unused one of that name is it;
// the arguments are not compared, since a due time may depend on the clock.
func (t *turn) call(name string, args map[string]any) (outcome, bool) {
	if _, ok := t.tools[name]; !ok {
		return outcome{text: "I cannot do that here.", isError: true}, true
	}
	for i := range t.recorded {
		ex := &t.recorded[i]
		if ex.used || ex.call.Name != name {
			continue
		}
		ex.used = true
		if !ex.answered {
			return outcome{text: "I could not find out whether that worked. Please look at the list.", isError: true}, true
		}
		return outcome{text: ex.result, isError: ex.isError}, true
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return outcome{text: "I could not do that.", isError: true}, true
	}
	id := fmt.Sprintf("call_%d", len(t.recorded)+len(t.wanted)+1)
	t.wanted = append(t.wanted, llm.ToolCall{ID: id, Name: name, Arguments: raw})
	return outcome{}, false
}

// settle tells whether all calls so far have results. When not, it makes the
// turn wait: what follows reads the list, and the order matters.
func (t *turn) settle() bool {
	t.waiting = len(t.wanted) > 0
	return !t.waiting
}

// say adds a paragraph to the reply.
func (t *turn) say(format string, args ...any) {
	t.said = append(t.said, fmt.Sprintf(format, args...))
}

// ask says a question and keeps it open, unless one is open already.
func (t *turn) ask(q *question, text string) {
	t.said = append(t.said, text)
	if q != nil {
		q.lang = t.lang
	}
	if t.question == nil && q != nil && (q.then != nil || q.titled != nil) {
		t.question = q
	}
}

// reply is never empty: a turn that did nothing says so.
func (t *turn) reply() string {
	if text := strings.TrimSpace(strings.Join(t.said, "\n\n")); text != "" {
		return text
	}
	return "I did nothing, because I did not understand that. " + abilities
}

// can tells whether a tool takes an argument.
func (t *turn) can(tool, argument string) bool {
	_, ok := t.tools[tool][argument]
	return ok
}

// nothing is the value of an argument that takes a field away.
func (t *turn) nothing(tool, argument string) any {
	if t.tools[tool][argument].nullable {
		return nil
	}
	return ""
}

func schemas(tools []llm.Tool) map[string]schema {
	out := make(map[string]schema, len(tools))
	for _, tool := range tools {
		var object struct {
			Properties map[string]struct {
				Type json.RawMessage `json:"type"`
			} `json:"properties"`
		}
		// A schema that cannot be read names no optional arguments.
		_ = json.Unmarshal(tool.InputSchema, &object)
		names := schema{}
		for name, property := range object.Properties {
			names[name] = argument{nullable: property.Type == nil || bytes.Contains(property.Type, []byte("null"))}
		}
		out[tool.Name] = names
	}
	return out
}

// change calls a tool that changes the task and returns its title afterwards.
// It fails while it waits, and after an error, which it has said.
func (t *turn) change(tool string, target task, args map[string]any) (task, bool) {
	if args == nil {
		args = map[string]any{}
	}
	if target.ID != 0 {
		args["task_id"] = target.ID
	}
	res, ok := t.call(tool, args)
	if !ok {
		return target, false
	}
	if res.isError {
		t.say("%s", escape(res.text))
		return target, false
	}
	var done struct {
		ID    int64  `json:"task_id"`
		Title string `json:"title"`
	}
	// A result of another shape still means that it worked.
	_ = json.Unmarshal([]byte(res.text), &done)
	if done.ID != 0 {
		target.ID = done.ID
	}
	if done.Title != "" {
		target.Title = done.Title
	}
	t.touch(tool, target.ID)
	return target, true
}

// touch remembers a task that was changed.
func (t *turn) touch(tool string, id int64) {
	t.it = id
	if tool != t.lastTool {
		t.changed = nil // "undo" and "them" mean what was done last.
	}
	t.lastTool = tool
	if t.changes == 0 {
		t.changed = nil
	}
	t.changes++
	if !slices.Contains(t.changed, id) {
		t.changed = append(slices.Clone(t.changed), id)
	}
}

func ids(tasks []task) []int64 {
	out := make([]int64, 0, len(tasks))
	for _, k := range tasks {
		out = append(out, k.ID)
	}
	return out
}

func byID(tasks []task, id int64) (task, bool) {
	i := slices.IndexFunc(tasks, func(k task) bool { return k.ID == id })
	if i < 0 {
		return task{ID: id}, false
	}
	return tasks[i], true
}
