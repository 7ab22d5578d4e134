package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// People seldom say "complete task 3". They report: "I called mom", "milk has
// been bought", "taxes filed". A report completes a task when it says no less
// than the title does; where it is only near, it asks.

var (
	// unfinished are past forms that finish nothing.
	unfinished = regexp.MustCompile(`(?i)^(?:wanted|needed|liked|loved|hated|tried|started|added|planned|decided|asked|missed|failed|wished|hoped|opened|deleted|removed|forgot|forgotten|promised|` +
		`meant|thought|remembered|said|began|begun|considered|expected|intended|agreed|refused|had|used|created|changed|moved|renamed|supposed|tired|excited|bored|confused|interested|worried|scared|married|blocked|delayed|postponed|overdue|canceled|cancelled)$`)
	// negated says that something was not done, or not wholly.
	negated = regexp.MustCompile(`(?i)\b(?:not|never|nothing|without|almost|nearly|partly|half)\b|\pLn't\b`)
	// generic are past forms that say no more than "done".
	generic = regexp.MustCompile(`(?i)^(?:` + doneWords + `|did|wrapped|got|gotten|dealt|managed|nailed|crushed|smashed|clear|cleared)$`)
	// aside is what stands about a report and is no part of it.
	aside    = regexp.MustCompile(`(?i)[\s,]+(?:(?:earlier )?(?:today|yesterday|this (?:morning|afternoon|evening|week)|last (?:night|week)|tonight|just now|earlier|already|now|finally|at last|too|as well|successfully|btw|yay|hooray|an? (?:\S+ )?(?:minute|hour|while|moment)s? ago))[\s.!]*$`)
	sentAway = regexp.MustCompile(`(?i)^(?:off|up|out|away|in|down|over|back|through|with|for|to|on)\s+`)
)

const notDone = "Okay, then nothing was changed. Tell me when it is done."

var reportRules = []rule{
	on(`(?:i|we)(?:'ve|'m|'re|'d|'ll)?(?: \pL+)? (?:not|never) .*|(?:i|we) \pL+n't .*|(?:i|we) (?:almost|nearly|half|partly) .*`, says(notDone)),
	on(`(?:(?:i'm|i am|we're|we are) )?`+adverbs+`(?:done|finished|through) with (.+)`, reportsDone),
	on(`(?:(?:i'm|i am|we're|we are|i've|i have|i) )?`+adverbs+`(?:done|finished|through)(?: with)? (\pL+ing) (.+)`, func(p *parser, m []string) command {
		return p.report(m[0], m[2], strings.ToLower(m[1]), false)
	}),
	on(`(?:(?:i|we)(?:'ve| have)? )?`+adverbs+`(?:finished|completed|done|wrapped up|accomplished|managed|took care of|taken care of)(?: with)?:? (.+)`, reportsDone),
	on(`(?:i|we)(?:'ve| have) (?:finish|complete) (.+)`, reportsDone),
	on(`(?:(?:i|we)(?:'ve| have|'d)? )?(?:finally )?got (.+) (?:done|finished|sorted|out of the way)`, reportsDone),
	on(`(?:i|we)(?:'ve| have|'d)? got (?:round |around )?to (.+)`, reportsDone),
	on(`(?:did|done)(?: with)? (it|that|this|them|both|all of (?:it|them)|the (?:first|second|third|last)(?: one)?)`, reportsDone),
	on(`(?:i|we)(?:'ve| have|'d)? `+adverbs+`(\pL+) (.+)`, reportsVerb),
	on(adverbs+`(\pL+) (.+)`, reportsVerb),
}

// passiveRules come after the rules for adding, whose titles may hold anything.
var passiveRules = []rule{
	on(`(.+?)(?: (?:is|are|was|were)|'s|'re) (?:all |now |finally |already )*(?:taken care of|dealt with|sorted out|out of the way|wrapped up|checked off|ticked off|crossed off|behind me|in the bag|all set|good to go)`, reportsDone),
	on(`(.+?)(?: (?:is|are|was|isn't|aren't|is still)|'s|'re) (?:still )?(?:not (?:yet )?|un)(?:`+doneWords+`)(?: (?:yet|after all|any more|anymore))*|(.+?) (?:isn't|aren't|wasn't|hasn't been) `+doneWords+`(?: (?:yet|after all))*`, func(p *parser, m []string) command {
		if questions.MatchString(m[0]) {
			return nil
		}
		return &mark{target: p.target(m[1] + m[2]), reopen: true, tentative: true, text: m[0]}
	}),
	on(`((?:task|to-?do|#) ?#?\d+(?:(?:,| and) (?:task )?#?\d+)*) `+doneWords, completes),
	on(`so (?:is|are|was|were|has|have|did) (.+)`, reportsDone),
	on(`(.+?)(?:'s|'re| (?:is|are|was|were|has been|have been|had been|'s been|got|gets)|'s been|'ve been) (?:been )?`+adverbs+`(?:as )?(\pL+)(?: (?:off|up|out|away|in|down|over|with))?`, reportsState),
	on(`((?:\S+ ){0,5}\S+?),? `+adverbs+`(\pL+)`, func(p *parser, m []string) command {
		if !isPast(m[2]) && !generic.MatchString(m[2]) {
			return nil
		}
		c := reportsState(p, m)
		if c, ok := c.(*mark); ok && caller.MatchString(m[1]) && speaks.MatchString(m[2]) {
			c.doubtful, c.weak = true, false
		}
		return c
	}),
	on(`[✅☑✔✓]\x{FE0F}? ?(.+)`, reportsDone),
	on(`(.+?) ?[✅☑✔✓]\x{FE0F}?`, reportsDone),
}

func reportsDone(p *parser, m []string) command { return p.report(m[0], m[1], "", false) }

// reportsVerb is for "I called mom": verb, words.
func reportsVerb(p *parser, m []string) command {
	if !isPast(m[1]) {
		return nil
	}
	if generic.MatchString(m[1]) {
		m[1] = ""
	}
	return p.report(m[0], m[2], m[1], !strings.EqualFold(m[0][:1], "i"))
}

// reportsState is for "milk has been bought" and "taxes filed": words, verb.
func reportsState(p *parser, m []string) command {
	words, verb := m[1], m[2]
	if questions.MatchString(words) || articleAlone.MatchString(words) {
		return nil
	}
	if generic.MatchString(verb) {
		return p.report(m[0], words, "", false)
	}
	return p.report(m[0], words, verb, true)
}

// In "the plumber called" it may be the plumber who did.
var (
	caller = regexp.MustCompile(`(?i)^(?:my|the|his|her|our|your|their|a|some) `)
	speaks = regexp.MustCompile(`(?i)^(?:called|phoned|rang|texted|emailed|messaged|wrote|answered|replied|visited|came|asked|spoke)$`)
)

var articleAlone = regexp.MustCompile(`(?i)^(?:i|you|he|she|we|they|the|a|an|i'm|you're|mark|set|make)$|\b(?:not|never|n't)$`)

func (p *parser) report(text, words, verb string, weak bool) command {
	if unfinished.MatchString(verb) || strings.Contains(text, "?") {
		return nil
	}
	if negated.MatchString(text) {
		return talk(notDone)
	}
	for range 3 {
		words = aside.ReplaceAllString(words, "")
	}
	words = sentAway.ReplaceAllString(words, "")
	if !readable(words) || listOnly.MatchString(words) {
		return nil
	}
	g := p.target(words)
	if verb != "" && g.pronoun == "" && !g.exact && !g.every && len(g.ids) == 0 && len(g.parts) == 0 {
		g = target{title: p.plain(words)}
	}
	if g.all != nil && g.all.isWide() && verb == "" && g.except == nil && !everything.MatchString(words) {
		return &doneAll{}
	}
	return &mark{target: g, tentative: true, text: text, verb: verb, weak: weak}
}

// everything is said of the list, where "all" may be said of anything.
var everything = regexp.MustCompile(`(?i)\b(?:list|tasks|to-?dos|items|of (?:them|these|those))\b`)

// doneAll is "all done!": too little to complete the whole list by.
type doneAll struct{}

func (*doneAll) run(t *turn) {
	list := t.lookup(isPending)
	if list == nil {
		return
	}
	if len(list.Tasks) == 0 {
		t.say("You have no pending tasks: all is done.")
		return
	}
	text := "Should I mark " + these(len(list.Tasks)) + " as done?\n\n" + t.lines(list.Tasks)
	t.ask(&question{choices: list.Tasks, then: completeAll, confirm: true, exact: true, text: text}, text)
}

func these(n int) string {
	if n == 1 {
		return "your pending task"
	}
	return "all " + plural(n, "pending task")
}

// report finds the task that a report is about.
func (c *mark) report(t *turn, prefer preference, then func(*turn, []task)) {
	list := t.lookup(prefer)
	if list == nil {
		return
	}
	found, sure := c.reported(list.Tasks, prefer)
	if len(found) == 0 {
		if list = t.everything(); list == nil {
			return
		}
		found, sure = c.reported(list.Tasks, isAny)
	}
	sure = sure && !c.doubtful
	switch {
	case len(found) == 0 && (c.weak || c.doubtful):
		unknown{c.text}.run(t)
	case len(found) == 0:
		c.doubt(t, list, then)
	case !sure && c.weak && len(found) == 1:
		unknown{c.text}.run(t)
	case !sure && len(found) == 1:
		text := fmt.Sprintf(t.or("is it done", "Is %s done, then?"), t.name(found[0]))
		t.ask(&question{choices: found, then: then, confirm: true, text: text}, text)
	case !sure || c.isOneOf(found):
		t.ask(which(found, then), t.whichOne(found))
	default:
		then(t, found)
	}
}

// isOneOf tells whether the words fit several tasks of which one is meant.
func (c *mark) isOneOf(found []task) bool {
	return len(found) > 1 && !c.every && len(matchEach(found, c.title, isAny)) != len(found)
}

// reported finds the tasks of a report among tasks. It is sure when the report
// and the title say the same, by their verbs too.
func (c *mark) reported(tasks []task, prefer preference) (found []task, sure bool) {
	if found = match(tasks, strings.TrimSpace(c.verb+" "+c.title), c.exact); len(found) > 0 {
		return preferred(found, prefer), true
	}
	if c.exact {
		return nil, false
	}
	near := preferred(match(tasks, c.title, false), prefer)
	if c.every && len(near) > 0 {
		return near, c.verb == "" || len(keep(near, c.agrees)) == len(near)
	}
	if len(near) == 0 && len(words(c.title)) > 1 {
		// "Grocery shopping" is "Buy groceries".
		near = preferred(keep(tasks, func(k task) bool {
			return hasAll(words(k.Title), words(c.title), func(a, b string) bool { return sameWord(a, b) || sameVerb(a, b) })
		}), prefer)
	}
	if agreeing := keep(near, c.agrees); len(agreeing) > 0 {
		return agreeing, true
	}
	if each := matchEach(keep(tasks, c.agrees), c.title, prefer); len(each) > 0 {
		return each, true
	}
	if told := preferred(keep(tasks, c.tells), prefer); len(told) > 0 {
		return told, len(told) == 1
	}
	return near, false
}

// agrees tells whether the title is about what the report says was done.
func (c *mark) agrees(k task) bool {
	return c.verb == "" || slices.ContainsFunc(words(k.Title), func(w string) bool { return sameVerb(w, c.verb) })
}

// tells tells whether the report says all that the title does, and more: "I
// walked the dog round the block".
func (c *mark) tells(k task) bool {
	title := words(k.Title)
	if len(title) < 2 {
		return false
	}
	said := append(words(c.title), strings.ToLower(c.verb))
	return hasAll(said, title, func(a, b string) bool { return similarWord(a, b) || a == strings.ToLower(c.verb) && sameVerb(a, b) })
}

// doubt answers a statement that fits no task.
func (c *mark) doubt(t *turn, list *taskList, then func(*turn, []task)) {
	if c.verb == "" && len(nearest(list.Tasks, c.title)) > 0 {
		t.sayNone(list, c.title, then)
		return
	}
	if text, ok := t.local("not found"); ok {
		t.say(text, escape(shorten(c.title)))
		return
	}
	t.say("I found no task about “%s”%s, so I changed nothing. %s", escape(shorten(c.title)), list.among(), abilities)
}
