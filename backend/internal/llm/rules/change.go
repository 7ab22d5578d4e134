package rules

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// update changes fields of tasks.
type update struct {
	who target
	fields
	text    string // the clause
	noTitle bool   // the new title is missing
	soft    bool   // the clause may be no command at all; see mark.tentative
	follows bool   // it says only what to change, about the task before
}

// fields is what is to be changed.
type fields struct {
	title, description string
	priority           string
	due                moment
	shift              shift // of the due date
	recurrence         string
	addTags, dropTags  []string
	clear              string // due_at, tags, description or recurrence
}

func describes(p *parser, m []string) command {
	return &update{who: p.target(m[1]), fields: fields{description: p.value(m[2])}}
}

func idOr(word string) string {
	if digits.MatchString(word) {
		return word
	}
	return "2"
}

func fieldOf(word string) string {
	switch word = strings.ToLower(word); {
	case strings.HasPrefix(word, "tag"), strings.HasPrefix(word, "label"):
		return "tags"
	case strings.HasPrefix(word, "rec"), strings.HasPrefix(word, "rep"):
		return "recurrence"
	case strings.HasPrefix(word, "desc"), strings.HasPrefix(word, "note"), strings.HasPrefix(word, "detail"):
		return "description"
	case word == "priority":
		return "priority"
	case word == "title", word == "name", word == "text":
		return "title"
	}
	return "due_at"
}

func tags(p *parser, who, list string) command {
	var f fields
	for _, tag := range splitWords(strings.ReplaceAll(list, " #", ",#")) {
		f.addTags = appendNew(f.addTags, strings.TrimPrefix(p.value(tag), "#"))
	}
	return &update{who: p.target(who), fields: f}
}

// field is for a change that names the field.
func field(p *parser, who, name, value string) command {
	u := &update{who: p.target(who)}
	switch fieldOf(name) {
	case "tags":
		return tags(p, who, value)
	case "description":
		u.description = p.value(value)
	case "title":
		return retitle(p, who, value)
	case "priority":
		if u.priority = priorityOf(p.value(value)); u.priority == "" {
			return nil
		}
	default:
		if u.due, _, _ = p.takeMoment(value); u.due.isZero() {
			return nil
		}
	}
	return u
}

var wholePriority = regexp.MustCompile(`(?i)^(?:a )?(` + priorityWords + `)(?:[ -]priority)?[.!]*$`)

// changes is for a change that does not name the field: a priority or a date
// is one when there is nothing else, and all other words are a title.
func changes(p *parser, m []string) command {
	if taskLike.MatchString(m[1]) {
		return nil
	}
	value := strings.TrimSpace(m[2])
	u := &update{who: p.target(m[1])}
	if g := wholePriority.FindStringSubmatch(value); g != nil {
		u.priority = priorityOf(g[1])
		return u
	}
	if isDone.MatchString(value) {
		return nil
	}
	if due, rest, ok := p.takeMoment(value); ok && !readable(rest) {
		u.due = due
		return u
	}
	return retitle(p, m[1], value)
}

func retitle(p *parser, who, words string) command {
	title := p.title(words)
	return &update{who: p.target(who), fields: fields{title: title}, noTitle: title == ""}
}

func prioritiseAndMove(p *parser, m []string) command {
	u, ok := moves(p, []string{m[0], m[1], m[3]}).(*update)
	if !ok {
		return nil
	}
	u.priority = priorityOf(m[2])
	return u
}

var isDone = regexp.MustCompile(`(?i)^(?:be )?(?:` + doneWords + `|` + undoneWords + `)(?: (?:again|now|already))?[.!]*$`)

func prioritise(p *parser, m []string) command {
	if taskLike.MatchString(m[1]) {
		return nil
	}
	return &update{who: p.target(m[1]), fields: fields{priority: priorityOf(m[2])}, text: m[0]}
}

// taskLike is an article that makes "make a task high priority" an add.
var taskLike = regexp.MustCompile(`(?i)^(?:an?|new|another)\b`)

func moves(p *parser, m []string) command {
	if taskLike.MatchString(m[1]) || strings.HasPrefix(strings.ToLower(m[1]), "sure ") {
		return nil
	}
	due, rest, ok := p.takeMoment(" " + moveLead.ReplaceAllString(m[2], ""))
	if !ok || readable(rest) {
		return nil
	}
	return &update{who: p.target(m[1]), fields: fields{due: due}}
}

var moveLead = regexp.MustCompile(`(?i)^(?:to be |to |from .* to )`)

func (c *update) run(t *turn) {
	if c.noTitle {
		const text = "What should the new title be?"
		t.ask(&question{text: text, titled: func(t *turn, words string) command {
			title := t.title(words)
			return &update{who: c.who, fields: fields{title: title}, noTitle: title == ""}
		}}, text)
		return
	}
	if c.follows && t.it == 0 {
		unknown{c.text}.run(t)
		return
	}
	if c.soft && !c.who.isSpecific() {
		list := t.everything()
		if list == nil {
			return
		}
		if len(match(list.Tasks, c.who.title, false)) == 0 {
			unknown{c.text}.run(t)
			return
		}
	}
	t.resolve(c.who, isPending, c.apply)
}

func (c *update) apply(t *turn, tasks []task) {
	if c.title != "" && len(tasks) > 1 {
		t.say("%s", sameTitle)
		return
	}
	if (c.recurrence != "" || c.clear == "recurrence") && !t.can("update_task", "recurrence") {
		t.say("I cannot repeat tasks yet, so I changed nothing.")
		return
	}
	if c.shift.unit != "" && slices.ContainsFunc(tasks, func(k task) bool { return k.DueAt == nil }) {
		text := "That has no due date yet. To when should I move it?"
		t.ask(&question{text: text, titled: func(t *turn, words string) command { return moved(t, words, tasks) }}, text)
		return
	}
	if len(c.addTags)+len(c.dropTags) > 0 {
		// The tool sets all the tags, so those that are there have to be known.
		list := t.everything()
		if list == nil {
			return
		}
		for i := range tasks {
			tasks[i], _ = byID(list.Tasks, tasks[i].ID)
		}
	}
	t.changeAll(tasks, "Updated", func(k task) (task, bool) {
		return t.change("update_task", k, c.arguments(k, t))
	}, c.saying(tasks, t.now))
}

// arguments gives what the tool is to set.
func (c *update) arguments(k task, t *turn) map[string]any {
	args := map[string]any{}
	if c.title != "" {
		args["title"] = c.title
	}
	if c.description != "" {
		args["description"] = c.description
	}
	if c.priority != "" {
		args["priority"] = c.priority
	}
	if due, ok := c.dueOf(k, t.now); ok {
		args["due_at"] = due.Format(time.RFC3339)
	}
	if c.recurrence != "" {
		args["recurrence"] = c.recurrence
	}
	if len(c.addTags)+len(c.dropTags) > 0 {
		args["tags"] = c.tags(k.Tags)
	}
	switch c.clear {
	case "due_at":
		args["due_at"] = t.nothing("update_task", "due_at")
	case "tags":
		args["tags"] = []string{}
	case "description":
		args["description"] = ""
	case "priority":
		args["priority"] = "medium"
	case "recurrence":
		args["recurrence"] = t.nothing("update_task", "recurrence")
	}
	return args
}

func (c *update) tags(have []string) []string {
	out := []string{}
	for _, tag := range have {
		if !slices.Contains(c.dropTags, strings.ToLower(tag)) {
			out = append(out, tag)
		}
	}
	for _, tag := range c.addTags {
		if !slices.ContainsFunc(out, func(have string) bool { return strings.EqualFold(have, tag) }) {
			out = append(out, tag)
		}
	}
	return out
}

var cleared = map[string]string{
	"due_at": "no due date", "tags": "no tags", "description": "no description", "priority": "medium priority", "recurrence": "no repetition",
}

// saying tells what was changed, to follow the name of the task.
func (c *update) saying(tasks []task, now time.Time) string {
	if len(tasks) == 1 {
		if due, ok := c.dueOf(tasks[0], now); ok {
			c.due = moment{exact: due}
		}
	}
	switch {
	case c.recurrence != "":
		return "now repeats " + sayRule(c.recurrence)
	case c.priority != "" && !c.due.isZero():
		return "now has " + c.priority + " priority and is due " + sayMoment(c.due.on(now), now)
	case c.priority != "":
		return "now has " + c.priority + " priority"
	case !c.due.isZero():
		return "is now due " + sayMoment(c.due.on(now), now)
	case len(c.addTags) > 0:
		return "is now tagged " + hashed(c.addTags)
	case len(c.dropTags) > 0:
		return "is no longer tagged " + hashed(c.dropTags)
	case c.clear != "":
		return "now has " + cleared[c.clear]
	case c.description != "":
		return "has a new description"
	}
	return "has a new title"
}

func hashed(tags []string) string {
	out := make([]string, 0, len(tags))
	for _, tag := range tags {
		out = append(out, "#"+escape(tag))
	}
	return strings.Join(out, " ")
}
