package rules

import (
	"cmp"
	"regexp"
	"strings"
	"time"
)

// add adds tasks.
type add struct{ drafts []draft }

// makeNamed is for an add that names the kind of thing: "add a task to …". The
// submatches are verb, count, adjectives, noun, words.
func makeNamed(p *parser, m []string) command {
	rest, lead := m[5], m[3]
	if existing.MatchString(rest) && !strings.EqualFold(m[1], "add") {
		return nil // "make task 1 say …"
	}
	many := m[2] != "" || strings.HasSuffix(strings.ToLower(m[4]), "s")
	if at := onTheList.FindStringIndex(rest); at != nil && at[0] == 0 {
		rest = rest[at[1]:]
	}
	stripped := rest[len(nameLead.FindString(rest)):]
	if parts := anotherOne.Split(stripped, maxAdded); len(parts) > 1 {
		c := new(add)
		for _, part := range parts {
			c.drafts = append(c.drafts, p.details(part))
		}
		return withLead(c, lead)
	}
	if many && readable(stripped) {
		return makeMany(p, stripped, lead)
	}
	return withLead(p.addsOne(stripped), lead)
}

// makeBareAdd is for an add that names only the words: "add buy milk".
func makeBareAdd(p *parser, m []string) command {
	rest := m[1][len(toTheList.FindString(m[1])):]
	rest = rest[len(thatI.FindString(rest)):]
	if these := addThese.FindStringSubmatch(rest); these != nil {
		return makeMany(p, these[1], "")
	}
	return p.adds(rest)
}

var thatI = regexp.MustCompile(`(?i)^\s*(?:down )?that (?:i|we) (?:need|have|must|should|ought)(?: to)? `)

var toTheList = regexp.MustCompile(`(?i)^\s*(?:to|on|onto|in) (?:my|the) (?:\S+ )?list\b[:,]?`)

var addThese = regexp.MustCompile(`(?is)^\s*(?:these|the following|following|all of these|all these|this)(?: \w+)?\s*[:\-\n]+(.+)$`)

// makeSchedule is for "schedule lunch with Ann for Friday".
func makeSchedule(p *parser, m []string) command {
	d := p.details(m[1])
	if d.due.isZero() || d.title == "" || taskWord.MatchString(d.title) || nameless.MatchString(d.title) {
		return nil
	}
	who := p.target(d.title)
	d.title = capitalised(article1.ReplaceAllString(d.title, ""))
	return &schedule{d, who}
}

var taskWord = regexp.MustCompile(`(?i)^(?:an? |the )?(?:\S+ )?(?:reminder|task|to-?do)\b`)

var article1 = regexp.MustCompile(`(?i)^(?:an?|my|another) `)

// schedule gives a date to the task of that name or, where there is none, adds
// one.
type schedule struct {
	draft draft
	who   target
}

func (c *schedule) run(t *turn) {
	list := t.lookup(isPending)
	if list == nil {
		return
	}
	if len(match(list.Tasks, c.who.title, c.who.exact)) == 0 {
		(&add{drafts: []draft{c.draft}}).run(t)
		return
	}
	(&update{who: c.who, fields: fields{due: c.draft.due}}).run(t)
}

func makeAdd(p *parser, m []string) command { return p.adds(m[1]) }

var (
	rememberLead = regexp.MustCompile(`(?i)^remember (?:to |about )?`)
	anotherOne   = regexp.MustCompile(`(?i),? and (?:another|one)(?: (?:one|task|to-?do))? (?:to|for|called|about) `)
)

// makeAppointment is for "I have a dentist appointment on Friday".
func makeAppointment(p *parser, m []string) command {
	d := p.details(m[1])
	if d.due.isZero() || d.title == "" {
		return nil
	}
	return &add{drafts: []draft{d}}
}

// makeObliged is for "I need to: wash up, sweep and mop".
func makeObliged(p *parser, m []string) command {
	m[1] = rememberLead.ReplaceAllString(m[1], "")
	if strings.Contains(m[0][:len(m[0])-len(m[1])], ":") {
		return makeMany(p, m[1], "")
	}
	return p.adds(m[1])
}

// makeReminder is for "remind me tomorrow to …": what stands before is when.
func makeReminder(p *parser, m []string) command {
	var lead draft
	if readable(p.take(&lead, m[1])) {
		return nil
	}
	c := p.adds(m[2])
	for i := range c.drafts {
		c.drafts[i] = merge(lead, c.drafts[i])
	}
	return c
}

// adds reads the words of one task, or of a list in one sentence.
func (p *parser) adds(s string) *add {
	if parts := p.enumerated(strings.TrimSpace(s)); parts != nil {
		c := new(add)
		for _, part := range parts {
			c.drafts = append(c.drafts, p.details(part))
		}
		return c
	}
	return p.addsOne(s)
}

func (p *parser) addsOne(s string) *add {
	if s = strings.TrimSpace(s); allQuotes.MatchString(s) || bulleted.MatchString(s) {
		return makeMany(p, s, "")
	}
	c := new(add)
	for _, part := range p.dated(s) {
		c.drafts = append(c.drafts, p.details(part))
	}
	return c
}

var andJoin = regexp.MustCompile(`(?i)\s*,?\s+and\s+`)

// maxDated is how many "and" of a text are tried as the end of a task.
const maxDated = 8

// dated parts "buy milk tomorrow and call mom on Friday": words that each have
// a day of their own are tasks of their own. Other words stay together.
func (p *parser) dated(s string) []string {
	whole := []string{s}
	if describedBy.MatchString(s) || dashed.MatchString(s) {
		return whole
	}
	var out []string
	from := 0
	defer func(before string) { p.noDate = before }(p.noDate)
	joins := andJoin.FindAllStringIndex(s, maxDated)
	for _, at := range append(joins, []int{len(s), len(s)}) {
		part := s[from:at[0]]
		m, rest, ok := p.takeMoment(part)
		if !ok || m.day.IsZero() && m.exact.IsZero() {
			continue // It goes on into the next part.
		}
		if !readable(titleLead.ReplaceAllString(rest, "")) {
			return whole
		}
		out, from = append(out, part), at[1]
	}
	if from < len(s) || len(out) < 2 {
		return whole
	}
	return out
}

func makeMany(p *parser, s, lead string) *add {
	c := new(add)
	join := itemJoin
	if bulleted.MatchString(s) {
		join = lineEnd // An item of such a list may hold commas.
	}
	for _, item := range join.Split(s, -1) {
		if len(c.drafts) > maxAdded {
			break // More than planned lets pass.
		}
		if item = bullet.ReplaceAllString(strings.TrimLeft(item, " :\n"), ""); readable(item) {
			c.drafts = append(c.drafts, p.details(item))
		}
	}
	if len(c.drafts) == 0 {
		c.drafts = []draft{{}}
	}
	return withLead(c, lead)
}

// withLead adds what the adjectives before "task" say.
func withLead(c *add, lead string) *add {
	for _, word := range strings.FieldsFunc(strings.ToLower(lead), func(r rune) bool { return !isWordRune(r) }) {
		priority, rule := priorityOf(word), ""
		switch word {
		case "daily", "weekly", "monthly", "yearly", "annual":
			rule = frequency(strings.Replace(word, "annual", "annually", 1), "", "")
		}
		for i := range c.drafts {
			c.drafts[i].priority = cmp.Or(priority, c.drafts[i].priority)
			c.drafts[i].recurrence = cmp.Or(c.drafts[i].recurrence, rule)
		}
	}
	return c
}

func (c *add) run(t *turn) {
	var done []task
	waits, once := false, false
	for _, d := range c.drafts {
		if d.title == "" {
			t.askTitle(d)
			continue
		}
		k, ok := t.addOne(d)
		waits = waits || len(t.wanted) > 0
		if ok {
			done = append(done, k)
			once = once || d.recurrence != "" && !t.can("add_task", "recurrence")
		}
	}
	if waits {
		return
	}
	t.sayAdded(done)
	if once {
		t.say("I cannot repeat tasks yet, so it is on the list once.")
	}
}

// remindAt gives when to remind of a task: at its time, where "remind me" named
// one.
func (d draft) remindAt(now time.Time) (time.Time, bool) {
	if !d.remind || !d.due.hasClock && d.due.exact.IsZero() {
		return time.Time{}, false
	}
	return d.due.on(now), true
}

func (t *turn) addOne(d draft) (task, bool) {
	d.priority = cmp.Or(d.priority, "medium")
	args := map[string]any{"title": d.title, "priority": d.priority}
	k := task{Title: d.title, Priority: d.priority, Tags: d.tags}
	if d.description != "" {
		args["description"] = d.description
	}
	if len(d.tags) > 0 {
		args["tags"] = d.tags
	}
	if d.recurrence != "" && t.can("add_task", "recurrence") {
		d.due = firstOf(d.recurrence, d.due, t.now) // A task that comes back needs a first time.
	}
	if at, ok := d.remindAt(t.now); ok && t.can("add_task", "remind_at") {
		args["remind_at"] = at.Format(time.RFC3339)
	}
	if !d.due.isZero() {
		due := d.due.on(t.now)
		args["due_at"] = due.Format(time.RFC3339)
		k.DueAt = &due
	}
	if d.recurrence != "" && t.can("add_task", "recurrence") {
		args["recurrence"] = d.recurrence
	}
	k, ok := t.change("add_task", k, args)
	if ok {
		t.added = k.ID
	}
	return k, ok
}

func (t *turn) sayAdded(done []task) {
	if text, ok := t.local("added"); ok && len(done) == 1 {
		t.say(text, t.name(done[0])+t.remarks(done[0]))
		return
	}
	if len(done) == 1 {
		t.say("Added %s%s.", name(done[0]), t.remarks(done[0]))
		return
	}
	t.report("Added", done)
}

func (t *turn) askTitle(d draft) {
	text := t.or("title", "What should the task be called?")
	t.ask(&question{text: text, titled: func(t *turn, title string) command {
		return &add{drafts: []draft{merge(d, t.details(title))}}
	}}, text)
}
