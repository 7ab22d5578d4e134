package rules

import (
	"cmp"
	"regexp"
	"strings"
)

// listing shows tasks.
type listing struct{ filter }

const (
	pendingWords   = `(?:pending|incomplete|unfinished|uncompleted|undone|open|outstanding|remaining|active|unchecked|todo|left|not (?:yet )?(?:done|completed?|finished)|still|remains?|missing)`
	completedWords = `(?:completed?|done|finished|accomplished|achieved|closed|checked[ -]off|ticked[ -]off)`
	overdueWords   = `(?:overdue|late|past due|miss(?:ed)?|behind|past (?:its|their|the) due date)`
	statusWords    = `(?:` + pendingWords + `|` + completedWords + `|` + overdueWords + `)`
)

var (
	isPendingText   = regexp.MustCompile(`(?i)\b(?:` + pendingWords + `|to be done|(?:isn't|aren't|not been|hasn't been|haven't been|haven't|hasn't)(?: (?:yet|i))? (?:done|finished|completed?)|(?:need|have|got|supposed|going|want|plan) to(?: (?:do|get|finish|complete|work))?|should i|to do\b(?: (?:today|next|now|tomorrow|still))?[?.! ]*$|(?:what's|what is) next|on my plate|still)\b`)
	isCompletedText = regexp.MustCompile(`(?i)\b(?:` + completedWords + `|(?:did|have) i (?:already )?(?:do|get done|finish|complete|accomplish|achieve))\b`)
	isOverdueText   = regexp.MustCompile(`(?i)\b` + overdueWords + `\b`)
	isEitherText    = regexp.MustCompile(`(?i)\b(?:finished|done|completed?|open|pending) (?:or|and|&) (?:not|unfinished|open|pending|done|completed?|incomplete)\b`)
	evidence        = regexp.MustCompile(`(?i)\b(?:\S+ (?:stuff|ones)|urgent|important|high priority|deadlines?|tagged|labell?ed|planned|scheduled|schedule|happening|coming up|tasks?|to-?dos?|to do|items?|reminders?|list|everything|all|agenda|list|remains|to be done|` + statusWords + `|due|on my plate|did i (?:do|get done|finish|complete|accomplish|achieve)|(?:need|have|got|want|supposed) to (?:do|get done|finish)|must i do|should i do|(?:what's|what is) next)\b`)

	filterPriority = regexp.MustCompile(`(?i)\b(` + priorityWords + `)[ -]priority\b|\b(urgent|important|critical)\b|\bpriority (high|medium|normal|low)\b`)
	filterTag      = regexp.MustCompile(`(?i)(?:\b(?:tag(?:ged)?|labell?ed|with (?:the )?(?:tag|label))(?: (?:as|with))?[: ]+#?|#)([\pL\d_-]*\pL[\pL\d_-]*)`)
	filterAbout    = regexp.MustCompile(`(?i)\b(?:about|containing|mentioning|matching|related to|regarding|concerning|named|called|that mention|with the words?|with|for)\s+(?:the\s+|my\s+|an?\s+)?(.+)$`)
	filterKind     = regexp.MustCompile(`(?i)\b([\pL\d_-]+)(?:[ -]related)? (?:tasks?|to-?dos?|items?|stuff|ones|things|errands)\b`)
	noKind         = regexp.MustCompile(`(?i)^(?:all|my|the|any|these|those|of|me|other|many|what|which|our|some|more|every|each|priority|have|current|existing|new|for|to|today's|tomorrow's|` +
		`today|tomorrow|show|list|display|delete|complete|see|view|print|get|read|check|review|open|need|got|find|give|single|a|an|same|first|last|next|late|late|how|be|only|just|finish|remove|clear|were|there|i|do|see|get|with|about|and|or|whole|` + numbers + `|` + statusWords + `|` + priorityWords + `)$`)
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
	on(`(?:only )?(?:show )?(?:the )?`+priorityWords+`[ -]priority(?: (?:only|ones|stuff|items|please))*`, makeListing),
	on(`(?:filter|narrow)(?: (?:down|them|it|my|the|list|tasks))*(?: by| to| on)? (.+)`, func(p *parser, m []string) command { return &listing{filter: p.filter("tasks " + m[1])} }),
	on(`(?:sort|order|rank|arrange) (?:my|the|all) .*`, makeListing),
	on(`(?:show|list|display|view|see|print|get|give|tell|read|check|review)\b(?: (?:me|us|out|off))*\s*(.*)`, makeListing),
	on(`(?:what(?:'s|s|'re)?|which|how many|how much|do i have|have i|did i|is there|are there|is anything|is something|is my list|am i|any|anything|got any|got anything|have you got|count|where(?:'s| is| are) my)\b(.*)`, makeListing),
	on(`(?:the )?(?:number|amount|count) of (.*)`, makeListing),
	on(`remind me (?:of )?(what .*|of my (?:tasks|list).*)`, makeListing),
	on(`(?:(?:all|my|the|of|`+statusWords+`|(?:high|low|medium)[ -]priority|urgent) )*(?:tasks|to-?dos|(?:to-?do |to do |task )list|pending|overdue|completed|list|everything|`+completedWords+` (?:tasks|to-?dos|items|ones|stuff))(?: (?:list|please|(?:for|due|this|today|tomorrow|tagged|with|without|by|about|sorted)\b.*))?`, makeListing),
	on(`(?:the |my |all |only )*(?:\S+ ){1,2}(?:tasks|to-?dos|items|ones|stuff)(?: please)?`, makeListing),
}

func makeListing(p *parser, m []string) command {
	if !evidence.MatchString(m[0]) {
		return nil
	}
	return &listing{filter: p.filter(m[0])}
}

var searchLead = regexp.MustCompile(`(?i)^(?:everything|anything|all|stuff|things)(?: (?:tasks|of them))? (?:with|about|containing|for|on|that (?:has|have|mentions?|contains?)) (?:the word )?`)

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
	words = searchLead.ReplaceAllString(words, "")
	if evidence.MatchString(words) && filterKind.FindString(words) != "" || strings.HasPrefix(words, "#") {
		return &listing{filter: p.filter(m[0])}
	}
	q, quoted := p.quoted(words)
	if !quoted {
		q = p.plain(words)
	}
	return &listing{filter: filter{about: q, quoted: quoted}}
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
	sorted(found, f.sort)
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

// sayLocalList is sayList in the user's language; it fails for English.
func (t *turn) sayLocalList(found []task) bool {
	key := "list"
	if len(found) == 0 {
		key = "empty"
	}
	text, ok := t.local(key)
	switch {
	case !ok:
		return false
	case len(found) == 0:
		t.say("%s", text)
	default:
		t.say(text, len(found), t.lines(found))
	}
	return true
}

func (t *turn) sayList(f filter, found []task, list *taskList) {
	if t.sayLocalList(found) {
		return
	}
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
