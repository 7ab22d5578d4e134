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
}

// fields is what is to be changed.
type fields struct {
	title, description string
	priority           string
	due                moment
	addTags, dropTags  []string
	clear              string // due_at, tags or description
}

const (
	fieldNames = `(?:title|name|text|description|details?|notes?|priority|due date|due|deadline|date|time|tags?)`
	dueWords   = `(?:due|for|by|on|at|to) .+?|tomorrow.*?|today.*?|next .+?`
	moveVerbs  = `(?:move|reschedule|postpone|push|push back|push off|delay|shift|defer|bring forward|schedule)`
)

var renameHead = regexp.MustCompile(`(?is)^(?:rename|retitle|change|update|edit|replace|set)\b.*\s(?:to|as|into|with)\s`)

var changeRules = []rule{
	on(`(?:remove|clear|delete|drop|unset) (?:the )?(due date|due|deadline|date|tags|labels|description|notes?|priority) (?:from|of|for|on) (.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[2]), fields: fields{clear: fieldOf(m[1])}}
	}),
	on(`(?:remove|clear|delete|drop) (.+?)'s (due date|deadline|tags|description|priority)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[1]), fields: fields{clear: fieldOf(m[2])}}
	}),
	on(`(?:remove|drop|delete) (?:the )?(?:tags? |label )#?([\pL\d_-]+)(?: tag)? from (.+)|(?:remove|drop|delete) (?:the )?(?:#([\pL\d_-]+)(?: tag)?|([\pL\d_-]+) (?:tag|label)) from (.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[2] + m[5]), fields: fields{dropTags: []string{strings.ToLower(m[1] + m[3] + m[4])}}}
	}),
	on(`(?:tag|label) (.+?) (?:with|as) (.+)`, func(p *parser, m []string) command {
		return tags(p, m[1], m[2])
	}),
	on(`add (?:the )?(?:tags?|labels?) (.+?) to (.+)`, func(p *parser, m []string) command { return tags(p, m[2], m[1]) }),
	on(`add ((?:#[\pL\d_-]+(?:,? (?:and )?)?)+) to (.+)`, func(p *parser, m []string) command { return tags(p, m[2], m[1]) }),
	on(`add (?:a |the )?(?:description|note|details?) to (.+?)(?:: *| saying | that says )(.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[1]), fields: fields{description: p.value(m[2])}}
	}),
	on(`add (?:a |the )?(?:description|note|details?) (\p{Co}) to (.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[2]), fields: fields{description: p.value(m[1])}}
	}),
	on(`(?:rename|retitle) (.+?) (?:to|as|into|=) (.+)`, func(p *parser, m []string) command {
		return retitle(p, m[1], m[2])
	}),
	on(`(?:change|update|edit|modify|set|correct|make) (?:the )?(`+fieldNames+`) (?:of|for|on) (.+?) (?:to|as|into|be|=) (.+)`, func(p *parser, m []string) command {
		return field(p, m[2], m[1], m[3])
	}),
	on(`(?:change|update|edit|modify|set|correct) (.+?)(?:'s|,)? (`+fieldNames+`) (?:to|as|into|:|=) (.+)`, func(p *parser, m []string) command {
		return field(p, m[1], m[2], m[3])
	}),
	on(`(?:make|set|mark|flag|change|move|update) (.+?) (?:as |to |a |be )*(`+priorityWords+`)(?:[ -]priority)?(?:,|,? and) (?:to )?(?:be )?(`+dueWords+`)`, prioritiseAndMove),
	on(`(?:make|set|mark|flag|change|move|update) (.+?) (?:to )?(?:be )?(`+dueWords+`)(?:,|,? and) (?:as |to |a |be )*(`+priorityWords+`)(?:[ -]priority)?`, func(p *parser, m []string) command {
		return prioritiseAndMove(p, []string{m[0], m[1], m[3], m[2]})
	}),
	on(`(?:change|update|edit|modify|correct|replace|set) (.+?) (?:to|with|into|as|so it says|=|:)\s+(.+)`, changes),
	on(`(?:make|set|mark|flag|change|give|bump|raise|lower) (.+?)(?:'s)?(?: priority)? (?:as |to |a |an |be )*(`+priorityWords+`)(?:[ -]priority)?`, prioritise),
	on(`(?:deprioriti[sz]e|lower the priority of) (.+)`, func(p *parser, m []string) command { return prioritise(p, []string{"", m[1], "low"}) }),
	on(`(?:prioriti[sz]e|raise the priority of|bump) (.+)`, func(p *parser, m []string) command { return prioritise(p, []string{"", m[1], "high"}) }),
	on(`(?:rename|retitle|change|update|edit|modify|move|reschedule|postpone) (?:task |to-?do |item |#|number )*(\d+|it|that)`, func(_ *parser, m []string) command {
		return talk("What should change? For example: “rename task " + idOr(m[1]) + " to Buy fruit”, or “move task " + idOr(m[1]) + " to Friday”.")
	}),
	on(moveVerbs+` (.+?) (?:back |forward )?((?:to|until|till|for|by|on|at|from) .+|tomorrow.*|today.*|next .+)`, moves),
	on(`(?:make|set) (.+?) (?:to be )?(?:due)? ?((?:due|for|by|on|at|to) .+|tomorrow.*|today.*|next .+)`, moves),
}

// changeStatements say what a task should be; see statementRules.
var changeStatements = []rule{
	on(`(.+?) (?:is|should be|has to be|must be)(?: now)? (due .+)`, func(p *parser, m []string) command {
		return softly(moves(p, m), m[0])
	}),
	on(`(.+?) (?:is|should be)(?: now)? (?:a |an )?(`+priorityWords+`)(?:[ -]priority)?`, func(p *parser, m []string) command {
		return softly(prioritise(p, m), m[0])
	}),
}

// softly marks an update as one that only a task that is there makes sense of.
func softly(c command, text string) command {
	u, ok := c.(*update)
	if !ok || questions.MatchString(text) {
		return nil
	}
	u.text, u.soft = text, true
	return u
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

var isDone = regexp.MustCompile(`(?i)^(?:be )?(?:` + doneWords + `|` + undoneWords + `)[.!]*$`)

func prioritise(p *parser, m []string) command {
	if taskLike.MatchString(m[1]) {
		return nil
	}
	return &update{who: p.target(m[1]), fields: fields{priority: priorityOf(m[2])}, text: m[0]}
}

// taskLike is an article that makes "make a task high priority" an add.
var taskLike = regexp.MustCompile(`(?i)^(?:an?|new|another)\b`)

func moves(p *parser, m []string) command {
	if taskLike.MatchString(m[1]) {
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
		return t.change("update_task", k, c.arguments(k, t.now))
	}, c.saying(t.now))
}

// arguments gives what the tool is to set.
func (c *update) arguments(k task, now time.Time) map[string]any {
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
	if !c.due.isZero() {
		args["due_at"] = c.due.on(now).Format(time.RFC3339)
	}
	if len(c.addTags)+len(c.dropTags) > 0 {
		args["tags"] = c.tags(k.Tags)
	}
	switch c.clear {
	case "due_at":
		args["due_at"] = nil
	case "tags":
		args["tags"] = []string{}
	case "description":
		args["description"] = ""
	case "priority":
		args["priority"] = "medium"
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
	"due_at": "no due date", "tags": "no tags", "description": "no description", "priority": "medium priority",
}

// saying tells what was changed, to follow the name of the task.
func (c *update) saying(now time.Time) string {
	switch {
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
