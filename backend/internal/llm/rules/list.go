package rules

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
)

// listing shows tasks.
type listing struct{ filter }

// filter tells which tasks are meant. Empty fields let all pass.
type filter struct {
	status   string // pending, completed, overdue
	priority string
	tag      string
	kind     string // a word before "tasks": a tag or a word of the title
	about    string // words of the title
	quoted   bool
	from, to time.Time // due; both zero, or only from
	when     string
	ids      []int64
}

// The states that list_tasks knows, beside all.
const (
	statusPending   = "pending"
	statusCompleted = "completed"
	statusOverdue   = "overdue"
)

const (
	pendingWords   = `(?:pending|incomplete|unfinished|uncompleted|undone|open|outstanding|remaining|active|unchecked|todo|left|not (?:yet )?(?:done|completed?|finished)|still)`
	completedWords = `(?:completed?|done|finished|accomplished|achieved|closed|checked[ -]off|ticked[ -]off)`
	overdueWords   = `(?:overdue|late|past due|missed|behind)`
	statusWords    = `(?:` + pendingWords + `|` + completedWords + `|` + overdueWords + `)`
)

var (
	isPendingText   = regexp.MustCompile(`(?i)\b(?:` + pendingWords + `|(?:need|have|got|supposed|going|want|plan) to(?: (?:do|get|finish|complete|work))?|should i|to do\b(?: (?:today|next|now|tomorrow))?[?.! ]*$|(?:what's|what is) next|on my plate|still)\b`)
	isCompletedText = regexp.MustCompile(`(?i)\b(?:` + completedWords + `|(?:did|have) i (?:already )?(?:do|get done|finish|complete|accomplish|achieve))\b`)
	isOverdueText   = regexp.MustCompile(`(?i)\b` + overdueWords + `\b`)
	evidence        = regexp.MustCompile(`(?i)\b(?:tasks?|to-?dos?|to do|items?|reminders?|list|everything|all|agenda|` + statusWords + `|due|on my plate|did i (?:do|get done|finish|complete|accomplish|achieve)|need to do|have to do|should i do|(?:what's|what is) next)\b`)

	filterPriority = regexp.MustCompile(`(?i)\b(` + priorityWords + `)[ -]priority\b|\b(urgent|important|critical)\b|\bpriority (high|medium|normal|low)\b`)
	filterTag      = regexp.MustCompile(`(?i)(?:\b(?:tag(?:ged)?|labell?ed|with (?:the )?(?:tag|label))(?: (?:as|with))?[: ]+#?|#)([\pL\d_-]*\pL[\pL\d_-]*)`)
	filterAbout    = regexp.MustCompile(`(?i)\b(?:about|containing|mentioning|matching|related to|regarding|concerning|named|called|that mention|with the words?|with|for)\s+(?:the\s+|my\s+|an?\s+)?(.+)$`)
	filterKind     = regexp.MustCompile(`(?i)\b([\pL\d_-]+) (?:tasks?|to-?dos?|items)\b`)
	noKind         = regexp.MustCompile(`(?i)^(?:all|my|the|any|these|those|of|me|other|many|what|which|our|some|more|every|each|priority|have|current|existing|new|for|to|today's|tomorrow's|` +
		`today|tomorrow|show|list|display|delete|complete|` + statusWords + `|` + priorityWords + `)$`)
	oneTask = regexp.MustCompile(`(?i)^(?:show|display|view|see|open|what is|what's|get|describe|details? (?:of|for|about)|tell me about)(?: me)? (?:the )?(?:details? (?:of|for|about) )?((?:task|to-?do|item|number|#) ?(?:number |#)?\d+)[?.!]*$`)
)

// statusAfter is a statement about a task, not a question.
var statusAfter = regexp.MustCompile(`(?i)^(?:task|item|to-?do|number|#) ?(?:number |#)?\d+(?:,| and|[^?]*\b(?:is|should|has|` + doneWords + `))`)

var listRules = []rule{
	on(`(?:show|display|view|see|open|what is|what's|get|describe|details? (?:of|for|about)|tell me about)(?: me)? .*\d.*`, makeOneTask),
	on(`(?:(?:what|when|how|is|was|which)\b.* )?((?:task|item|to-?do|number|#) ?(?:number |#)?\d+)(?: .*)?`, func(p *parser, m []string) command {
		if statusAfter.MatchString(m[0]) {
			return nil
		}
		return &listing{filter{ids: p.target(m[1]).ids}}
	}),
	on(`(?:is|are) (?:the |my )?(.+?) (?:`+statusWords+`|due .*)`, makeSearch),
	on(`(?:find|search(?: for)?|look for|look up|where is|where's)(?: me)?(?: (?:all|my|the|any))*(?: (?:tasks?|to-?dos?|items?))?(?: (?:about|for|with|called|named|containing|related to|that mention))? (.+)`, makeSearch),
	on(`(?:show|list|display|view|see|print|get|give|tell|read|check|review)\b(?: (?:me|us|out|off))*\s*(.*)`, makeListing),
	on(`(?:what(?:'s|s|'re)?|which|how many|how much|do i have|have i|did i|is there|are there|is anything|am i|any|anything|got any|count)\b(.*)`, makeListing),
	on(`remind me (?:of )?(what .*|of my (?:tasks|list).*)`, makeListing),
	on(`(?:(?:all|my|the|of|`+statusWords+`|(?:high|low|medium)[ -]priority|urgent) )*(?:tasks|to-?dos|(?:to-?do |to do |task )list|pending|overdue|completed|list|everything)(?: (?:list|please|(?:for|due|this|today|tomorrow|tagged)\b.*))?`, makeListing),
}

func makeListing(p *parser, m []string) command {
	if !evidence.MatchString(m[0]) {
		return nil
	}
	return &listing{filter: p.filter(m[0])}
}

func makeOneTask(p *parser, m []string) command {
	one := oneTask.FindStringSubmatch(m[0])
	if one == nil {
		return nil
	}
	g := p.target(one[1])
	return &listing{filter: filter{ids: g.ids}}
}

func makeSearch(p *parser, m []string) command {
	words := trimPunctuation(strings.TrimRight(m[1], "?!. "))
	if evidence.MatchString(words) && filterKind.FindString(words) != "" || strings.HasPrefix(words, "#") {
		return &listing{filter: p.filter(m[0])}
	}
	q, quoted := p.quoted(words)
	if !quoted {
		q = p.plain(words)
	}
	return &listing{filter: filter{about: q, quoted: quoted}}
}

// filter reads which tasks a clause is about.
func (p *parser) filter(s string) filter {
	var f filter
	switch {
	case isOverdueText.MatchString(s):
		f.status = statusOverdue
	case isPendingText.MatchString(s):
		f.status = statusPending
	case isCompletedText.MatchString(s):
		f.status = statusCompleted
	}
	if m := filterPriority.FindStringSubmatchIndex(s); m != nil {
		f.priority = priorityOf(group(s, m, 1) + group(s, m, 2) + group(s, m, 3))
		s = cut(s, m[0], m[1])
	}
	if m := filterTag.FindStringSubmatchIndex(s); m != nil {
		f.tag = strings.ToLower(group(s, m, 1))
		s = cut(s, m[0], m[1])
	}
	s = p.takeDue(&f, s)
	if m := filterKind.FindStringSubmatch(s); m != nil && !noKind.MatchString(m[1]) && !isStatusAdverb.MatchString(m[1]) {
		f.kind = strings.ToLower(m[1])
	}
	if m := filterAbout.FindStringSubmatch(s); m != nil && f.kind == "" {
		f.setAbout(p, m[1])
	}
	return f
}

var (
	isStatusAdverb = regexp.MustCompile(`(?i)^(?:not|yet|still|just|only|incomplete|remaining|i|you|do|are|there|is|a|an|one|single|last|first|next)$`)
	noAbout        = regexp.MustCompile(`(?i)^(?:me|now|priority|list|my list|a due date|.*\bpriority|due .*|each|all)[?.! ]*$`)
	dueWord        = regexp.MustCompile(`(?i)\b(?:due|by|before|until|for|on|this|next|today|tonight|tomorrow)\b|'s\b`)
	beforeWord     = regexp.MustCompile(`(?i)\b(?:by|before|until)\b`)
	spanWord       = regexp.MustCompile(`(?i)\b(this|next) (week|month)\b`)
	possessiveDay  = regexp.MustCompile(`(?i)\b(today|tomorrow)'s\b`)
)

func (f *filter) setAbout(p *parser, s string) {
	s = strings.Trim(s, " ?.!,")
	if !readable(s) || noAbout.MatchString(s) {
		return
	}
	if q, ok := p.quoted(s); ok {
		f.about, f.quoted = q, true
		return
	}
	f.about = p.plain(s)
}

// takeDue reads when the tasks are due: on a day, before one, or in a week or
// month.
func (p *parser) takeDue(f *filter, s string) string {
	s = possessiveDay.ReplaceAllString(s, "$1")
	if m := spanWord.FindStringSubmatchIndex(s); m != nil {
		f.setSpan(midnight(p.now), strings.ToLower(group(s, m, 1)), strings.ToLower(group(s, m, 2)))
		f.when = strings.ToLower(s[m[0]:m[1]])
		return cut(s, m[0], m[1])
	}
	if !dueWord.MatchString(s) {
		return s
	}
	m, rest, ok := p.takeMoment(strings.TrimRight(s, "?!. "))
	if !ok || m.day.IsZero() {
		return s
	}
	f.from, f.to = m.day, m.day.AddDate(0, 0, 1)
	f.when = sayDay(m.day, p.now)
	if beforeWord.MatchString(s) {
		f.from = time.Time{}
		f.when = "by " + strings.TrimPrefix(f.when, "on ")
	}
	return rest
}

// setSpan sets a week, from Monday, or a month.
func (f *filter) setSpan(today time.Time, which, unit string) {
	next := 0
	if which == "next" {
		next = 1
	}
	if unit == "month" {
		f.from = time.Date(today.Year(), today.Month()+time.Month(next), 1, 0, 0, 0, 0, today.Location())
		f.to = f.from.AddDate(0, 1, 0)
		return
	}
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	f.from = monday.AddDate(0, 0, 7*next)
	f.to = f.from.AddDate(0, 0, 7)
}

func (f filter) passes(k task, now time.Time) bool {
	switch f.status {
	case statusPending:
		if k.Completed {
			return false
		}
	case statusCompleted:
		if !k.Completed {
			return false
		}
	case statusOverdue:
		if k.Completed || k.DueAt == nil || !k.DueAt.Before(now) {
			return false
		}
	}
	return (f.priority == "" || k.Priority == f.priority) &&
		(f.tag == "" || hasTag(k, f.tag)) &&
		(f.kind == "" || hasTag(k, f.kind) || len(match([]task{k}, f.kind, false)) > 0) &&
		(f.about == "" || len(match([]task{k}, f.about, f.quoted)) > 0) &&
		(len(f.ids) == 0 || slices.Contains(f.ids, k.ID)) &&
		f.passesDue(k)
}

// isWide tells whether all tasks pass.
func (f filter) isWide() bool {
	return f.status == "" && f.priority == "" && f.tag == "" && f.kind == "" && f.about == "" && len(f.ids) == 0 && f.to.IsZero()
}

func (f filter) passesDue(k task) bool {
	if f.to.IsZero() {
		return true
	}
	return k.DueAt != nil && !k.DueAt.Before(f.from) && k.DueAt.Before(f.to)
}

func hasTag(k task, tag string) bool {
	return slices.ContainsFunc(k.Tags, func(have string) bool { return strings.EqualFold(have, tag) })
}

// describe names the tasks of a filter, n of them: "pending tasks due today".
func (f filter) describe(n int) string {
	noun := "tasks"
	if n == 1 {
		noun = "task"
	}
	parts := []string{f.status}
	if f.priority != "" {
		parts = append(parts, f.priority+"-priority")
	}
	parts = append(parts, noun)
	if tag := f.tag + f.kind; tag != "" {
		parts = append(parts, "for “"+escape(tag)+"”")
	}
	if f.about != "" {
		parts = append(parts, "about “"+escape(shorten(f.about))+"”")
	}
	if f.when != "" {
		parts = append(parts, "due "+f.when)
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func (c *listing) run(t *turn) {
	f := c.filter
	if f.status == "" && !f.to.IsZero() {
		f.status = statusPending
	}
	list := t.list(f.arguments(t))
	if list != nil && len(list.Tasks) == 0 && f.kindIsTag(t) {
		// The word is no tag of any task, but may be of a title.
		args := f.arguments(t)
		delete(args, "tag")
		list = t.list(args)
	}
	if list == nil {
		return
	}
	found := keep(list.Tasks, func(k task) bool { return f.passes(k, t.now) })
	t.show(found)
	t.sayList(f, found, list)
}

// kindIsTag tells whether the word before "tasks" is tried as a tag first.
func (f filter) kindIsTag(t *turn) bool {
	return f.kind != "" && f.tag == "" && t.can("list_tasks", "tag")
}

// arguments lets the tool filter where it can.
func (f filter) arguments(t *turn) map[string]any {
	args := map[string]any{"status": "all"}
	if f.status != "" {
		args["status"] = f.status
	}
	if f.priority != "" && t.can("list_tasks", "priority") {
		args["priority"] = f.priority
	}
	if tag := cmp.Or(f.tag, f.kind); tag != "" && t.can("list_tasks", "tag") {
		args["tag"] = tag
	}
	return args
}

func (t *turn) sayList(f filter, found []task, list *taskList) {
	switch {
	case len(found) == 0 && len(f.ids) > 0:
		t.say("There is no task %d%s.", f.ids[0], list.among())
	case len(f.ids) > 0:
		t.say("Here it is:\n\n%s", t.lines(found))
	case len(found) == 0:
		t.say("You have no %s%s.", f.describe(0), list.among())
	case list.isCut() && len(found) == len(list.Tasks):
		t.say("You have more than %d %s. Here are the first %d:\n\n%s",
			len(found), f.describe(len(found)), min(len(found), maxLines), t.lines(found))
	default:
		t.say("You have %d %s%s:\n\n%s", len(found), f.describe(len(found)), list.among(), t.lines(found))
	}
}
