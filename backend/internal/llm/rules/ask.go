package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// askRules read questions about the list as a whole, before listRules.
var askRules = []rule{
	on(`(?:(?:so |and )?(?:what|which(?: \S+)?|where)(?:'s| is| are| should| do| shall| must| can| would|)\b.*\b(?:(?:do|start|begin|tackle|work on|focus on|handle|take on|finish)(?: with)? (?:first|next|now|right now|right away|today first)|start(?: with)?|begin(?: with)?|tackle|focus on|work on|prioriti[sz]e|concentrate on|most (?:urgent|important|pressing)(?: .*)?|top priority|next|more important|first)|`+
		`(?:what's|what is) (?:next|up next|the next (?:task|one|thing)|my next (?:task|to-?do|one|thing)|first)|(?:pick|choose|suggest|recommend) (?:a|one|the next|my next|something).*|what now|`+
		`help me (?:decide|choose|prioriti[sz]e|focus).*|prioriti[sz]e (?:my (?:list|day|tasks)|for me)|(?:tell|show) me what(?: i should|'s| is)? (?:to )?(?:do|start with|most \S+)(?: (?:first|next|now))?.*)`, func(_ *parser, m []string) command {
		if mostOf.MatchString(m[0]) {
			return nil
		}
		return next{}
	}),
	on(`(?:(?:please )?(?:give|show|tell|get|make|write)(?: me)? )?(?:an? |the |my )?(?:(?:quick|short|brief|daily) )?(?:summary|overview|status report|status|recap|rundown|digest|report)(?: (?:of|on|for|about) (?:my |the |all )?(?:list|tasks|to-?dos|day|everything|things|week))?`, func(*parser, []string) command { return summary{} }),
	on(`(?:summari[sz]e|recap|sum up)(?: (?:my|the|all))*(?: (?:list|tasks|to-?dos|everything|day|things|week))?|(?:how(?:'s| is| are| does) (?:my|the) (?:list|day|tasks|to-?dos|progress)(?: (?:going|looking|look|doing|today))?|how am i doing|what's (?:the|my) status|where do i stand)(?: .*)?|(?:brief|update) me(?: .*)?`, func(*parser, []string) command { return summary{} }),
	on(`(?:plan|organi[sz]e) my (?:day|week|today)`, func(*parser, []string) command { return next{} }),
}

// mostOf asks for several: "my most important tasks".
var mostOf = regexp.MustCompile(`(?i)\bmost \pL+ (?:tasks|ones|things|items|to-?dos)\b`)

// rank orders tasks by what to do first: overdue, then priority, then due.
func rank(tasks []task, now time.Time) []task {
	weight := map[string]int{"high": 0, "low": 2}
	of := func(k task) int {
		if w, ok := weight[k.Priority]; ok {
			return w
		}
		return 1
	}
	overdue := func(k task) int {
		if k.DueAt != nil && k.DueAt.Before(now) {
			return 0
		}
		return 1
	}
	out := slices.Clone(tasks)
	slices.SortStableFunc(out, func(a, b task) int {
		return cmp.Or(overdue(a)-overdue(b), of(a)-of(b), byDue(a, b))
	})
	return out
}

// byDue orders tasks by when they are due, those without a date last.
func byDue(a, b task) int {
	switch {
	case a.DueAt != nil && b.DueAt != nil:
		return a.DueAt.Compare(*b.DueAt)
	case a.DueAt != nil:
		return -1
	case b.DueAt != nil:
		return 1
	}
	return 0
}

func sortOf(word string) string {
	switch word = strings.ToLower(word); {
	case strings.HasPrefix(word, "prio"), strings.HasPrefix(word, "imp"), strings.HasPrefix(word, "urg"):
		return "priority"
	case strings.HasPrefix(word, "d"):
		return "due"
	}
	return "title"
}

// sorted puts tasks in the order that was asked for.
func sorted(tasks []task, by string) {
	switch by {
	case "priority":
		copy(tasks, rankPriority(tasks))
	case "due":
		slices.SortStableFunc(tasks, byDue)
	case "title":
		slices.SortStableFunc(tasks, func(a, b task) int { return cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) })
	}
}

func rankPriority(tasks []task) []task {
	// Before all time nothing is overdue, so priority decides.
	return rank(tasks, time.Time{})
}

// maxNext is how many tasks "what should I do first?" names.
const maxNext = 3

// next tells what to do first.
type next struct{}

func (next) run(t *turn) {
	list := t.lookup(isPending)
	switch {
	case list == nil:
		return
	case len(list.Tasks) == 0:
		t.say("You have no pending tasks. Enjoy the free time!")
		return
	}
	ranked := rank(list.Tasks, t.now)
	first := ranked[:min(len(ranked), maxNext)]
	t.show(first)
	if len(first) == 1 {
		t.say("This is the one to do:\n\n%s", t.lines(first))
		return
	}
	t.say("I would start with the first of these:\n\n%s", t.lines(first))
}

// summary tells how the list stands.
type summary struct{}

func (summary) run(t *turn) {
	list := t.everything()
	if list == nil {
		return
	}
	if len(list.Tasks) == 0 {
		t.say("Your list is empty: you have no tasks.")
		return
	}
	pending := keep(list.Tasks, isPending.fits)
	tonight := at(midnight(t.now), endOfDay).Add(time.Minute)
	count := func(f func(task) bool) int { return len(keep(pending, f)) }
	parts := []string{fmt.Sprintf("You have %s and %d completed%s.", plural(len(pending), "pending task"), len(list.Tasks)-len(pending), list.among())}
	for _, fact := range []struct {
		n    int
		text string
	}{
		{count(func(k task) bool { return k.DueAt != nil && k.DueAt.Before(t.now) }), "overdue"},
		{count(func(k task) bool { return k.DueAt != nil && !k.DueAt.Before(t.now) && k.DueAt.Before(tonight) }), "due today"},
		{count(func(k task) bool { return k.Priority == "high" }), "of high priority"},
	} {
		if fact.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s %s.", fact.n, isOrAre(fact.n), fact.text))
		}
	}
	text := strings.Join(parts, " ")
	if len(pending) > 0 {
		first := rank(pending, t.now)
		t.show(first[:min(len(first), maxNext)])
		text += " Next:\n\n" + t.lines(first[:min(len(first), maxNext)])
	}
	t.say("%s", text)
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// wonderRules read any other question that may be about a task; they come
// last. To look is safe, so the words decide.
var wonderRules = []rule{
	on(`((?:what|which|when|where|who|do i|did i|have i|has|is|are|was|were|should i|must i|how|any|anything|does|got|tell me|show|show me|find|search|look up|about|remind me (?:what|when|which|where)|can i)\b.*)`, func(p *parser, m []string) command {
		f := filter{}
		s := p.takeDue(&f, m[1])
		return &wonder{filter: f, words: askWords(s), text: m[0]}
	}),
}

// asking are the words of a question that say nothing of a task.
var asking = regexp.MustCompile(`^(?:what|which|when|where|who|why|how|do|did|does|have|has|had|is|are|was|were|should|must|can|could|would|will|any|anything|something|everything|got|tell|show|find|search|look|need|want|make|due|status|again|there|still|not|yet|more|else|much|many|left|be|been|going|supposed|happened|happening|with|from|by|get|go|next|first|know|called|named|number|kind|sort|exactly|remind|doing|done|finish|finished|complete|completed|you|we|us|so|or|if|list|planned|plan|plans|coming|today|tomorrow|am|im|i'm|whats|what's|when's|where's|who's|how's|re|d|ll|m|deadline|date|priority)$`)

func askWords(s string) string {
	var out []string
	for _, w := range words(s) {
		if !asking.MatchString(w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// wonder shows the tasks that a question seems to be about.
type wonder struct {
	filter
	words string
	text  string
}

// isTag shows the tasks of a tag, where the only word of the question is one.
func (c *wonder) isTag(t *turn) bool {
	if !c.to.IsZero() || strings.Contains(c.words, " ") || !t.can("list_tasks", "tag") {
		return false
	}
	f := filter{tag: c.words}
	list := t.list(f.arguments(t))
	if list == nil || len(list.Tasks) == 0 {
		return false
	}
	t.show(list.Tasks)
	t.sayList(f, list.Tasks, list)
	return true
}

func (c *wonder) run(t *turn) {
	if c.words == "" && c.to.IsZero() || len(strings.Fields(c.words)) > maxNear {
		unknown{c.text}.run(t)
		return
	}
	if c.isTag(t) || t.waiting {
		return
	}
	list := t.everything()
	if list == nil {
		return
	}
	found := keep(list.Tasks, func(k task) bool { return c.to.IsZero() || !k.Completed && c.passesDue(k) })
	if c.words != "" {
		found = match(found, c.words, false)
	} else {
		c.status = statusPending
		t.show(found)
		t.sayList(c.filter, found, list)
		return
	}
	if len(found) == 0 {
		unknown{c.text}.run(t)
		return
	}
	t.show(found)
	if len(found) == 1 {
		t.say("Here it is:\n\n%s", t.lines(found))
		return
	}
	t.say("You have %s like that:\n\n%s", plural(len(found), "task"), t.lines(found))
}
