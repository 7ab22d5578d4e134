package chat

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"todo-chatbot/backend/api"
)

// State of a tool that the assistant uses.
type State string

// The states.
const (
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Tool is one use of a tool as it is shown.
type Tool struct {
	ID        string // of the element
	State     State
	Text      string
	Arguments string // JSON, indented
	Result    string // JSON, indented
}

// wording says what a tool does. In the texts % stands for the task.
type wording struct {
	running, done, failed string
	reads                 bool // it changes nothing
}

var wordings = map[string]wording{
	"add_task":      {running: "Adding %…", done: "Added %", failed: "Could not add %"},
	"complete_task": {running: "Completing %…", done: "Completed %", failed: "Could not complete %"},
	"reopen_task":   {running: "Reopening %…", done: "Reopened %", failed: "Could not reopen %"},
	"update_task":   {running: "Changing %…", done: "Changed %", failed: "Could not change %"},
	"delete_task":   {running: "Deleting %…", done: "Deleted %", failed: "Could not delete %"},
	"get_task":      {running: "Looking up %…", done: "Looked up %", failed: "Could not find %", reads: true},
	"list_tasks":    {running: "Looking through your list…", done: "Looked through your list", failed: "Could not read your list", reads: true},
	"search_tasks":  {running: "Searching your list…", done: "Searched your list", failed: "Could not search your list", reads: true},
}

func wordingOf(name string) wording {
	if w, ok := wordings[name]; ok {
		return w
	}
	plain := strings.ReplaceAll(name, "_", " ")
	return wording{running: "Using " + plain + "…", done: "Used " + plain, failed: "Could not use " + plain}
}

// changesTasks tells whether a tool may have changed the list. One that we do
// not know may.
func changesTasks(name string) bool { return !wordingOf(name).reads }

// newTool is a tool that has run, with its result, or, while result is nil,
// one that is running.
func newTool(id string, call api.ToolCall) Tool {
	w := wordingOf(call.Name)
	t := Tool{ID: id, State: Done, Arguments: indent(call.Arguments), Result: indent(call.Result)}
	text := w.done
	switch {
	case call.Result == nil && !call.IsError:
		t.State, text = Running, w.running
	case call.IsError:
		t.State, text = Failed, w.failed
	}
	t.Text = strings.Replace(text, "%", subject(call), 1)
	return t
}

// subject names the task that a call is about as well as the call tells it:
// the result knows its title, the arguments perhaps only its number.
func subject(call api.ToolCall) string {
	var result, arguments struct {
		Title  string      `json:"title"`
		TaskID json.Number `json:"task_id"`
	}
	_ = json.Unmarshal(call.Result, &result)       // Other shapes name no task.
	_ = json.Unmarshal(call.Arguments, &arguments) // A model may get them wrong.
	number, err := strconv.ParseInt(arguments.TaskID.String(), 10, 64)
	switch {
	case !call.IsError && result.Title != "":
		return "“" + result.Title + "”"
	case err == nil:
		return "task " + strconv.FormatInt(number, 10)
	case arguments.Title != "":
		return "“" + arguments.Title + "”"
	default:
		return "a task"
	}
}

// unescape undoes what encoding/json does for the sake of HTML; templates
// escape for themselves. An escaped backslash is passed over.
var unescape = strings.NewReplacer(`\\`, `\\`, `\u0026`, "&", `\u003c`, "<", `\u003e`, ">")

// indent makes JSON readable; what is none is shown as it is.
func indent(raw json.RawMessage) string {
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return string(raw)
	}
	return unescape.Replace(out.String())
}
