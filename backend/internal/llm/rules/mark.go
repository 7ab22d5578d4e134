package rules

import "regexp"

// mark completes tasks, or reopens them.
type mark struct {
	target
	reopen bool
	// tentative is set when the clause may be no command at all: "I bought a
	// car" completes a task about a car, and is small talk when there is none.
	tentative bool
	text      string
}

const (
	doneWords   = `(?:complete[d]?|done|finished|closed|as read)`
	undoneWords = `(?:not (?:yet )?(?:done|complete[d]?|finished)|incomplete|undone|unfinished|uncompleted|pending|open|to-?do|active)`
	pastVerbs   = `(?:\pL*[^e\s]ed|paid|bought|did|done|sent|wrote|written|made|went|took|taken|gave|given|got|met|read|ran|sold|built|cut|drove|ate|fed|found|taught|told|brought|put|left|kept|held|spoke|swam|swept|taken care of)`
)

var (
	adverbs = `(?:(?:already|now|just|finally|all|also|actually|totally|successfully) )*`
	// unfinished are past forms that finish nothing.
	unfinished = regexp.MustCompile(`(?i)^(?:i|we)(?:'ve| have)? (?:just |already )*(?:wanted|needed|liked|loved|hated|tried|started|added|planned|decided|asked|missed|failed|wished|hoped|got to|opened|deleted|removed)\b`)
	questions  = regexp.MustCompile(`(?i)^(?:what|which|who|when|where|why|how|is|are|was|were|do|does|did|if|that|add|create|remind)\b`)
)

var markRules = []rule{
	on(`(?:complete|finish|mark(?: (?:as )?(?:done|complete))?|check off|tick off|cross off)`+anyTask, func(*parser, []string) command {
		return pick{"complete", isPending, completeAll}
	}),
	on(`(?:mark|set|flag|change|make|tag)(?: (?:off|down))? (.+?) (?:as |to |is |back to )*`+undoneWords, reopens),
	on(`(?:reopen|re-open|uncomplete|unmark|uncheck|untick|undo|un-complete|restore) (.+)`, reopens),
	on(`(?:mark|set|flag|check|make|change|tick)(?: (?:off|down))? (.+?) (?:as |to |is |off as )*(?:being )?(?:`+adverbs+doneWords+`|off)(?: now)?`, completes),
	on(`mark (?:as )?(?:complete[d]?|done|finished)[: ]+(.+)`, completes),
	on(`(?:complete|finish|close|check off|tick off|cross off|cross out|check|tick|wrap up)(?: off)? (.+?)(?: (?:off|from) (?:my|the) (?:\S+ )?list)?(?: off)?`, completes),
	on(`(?:(?:i'm|i am|we're|we are) )?`+adverbs+`(?:done|finished|through) with (.+)`, completes),
	on(`(?:(?:i|we)(?:'ve| have)? )?`+adverbs+`(?:finished|completed|done|wrapped up|took care of|taken care of)(?: with)?:? (.+)`, completesMaybe),
	on(`(?:i|we)(?:'ve| have)? (?:not|never|haven't|didn't) .*|(?:i|we) (?:haven't|didn't) .*`, func(*parser, []string) command { return nil }),
	on(`(?:(?:i|we)(?:'ve| have) `+adverbs+pastVerbs+`|(?:i|we) `+adverbs+pastVerbs+`) (.+)`, completesMaybe),
}

// statementRules read what is said of a task. They come after the rules for
// adding, whose titles may hold anything.
var statementRules = []rule{
	on(`(.+?) (?:is|are|was|isn't|aren't|is still|'s) (?:still )?(?:not (?:yet )?|un)(?:`+doneWords+`)(?: yet)?|(.+?) (?:isn't|aren't) `+doneWords+`(?: yet)?`, func(p *parser, m []string) command {
		if questions.MatchString(m[0]) {
			return nil
		}
		return &mark{target: p.target(m[1] + m[2]), reopen: true, tentative: true, text: m[0]}
	}),
	on(`(.+?)(?: (?:is|are|was|were|has been|have been|got|gets)|'s) `+adverbs+doneWords+`(?: now)?`, func(p *parser, m []string) command {
		if questions.MatchString(m[0]) {
			return nil
		}
		return completesMaybe(p, m)
	}),
	on(`((?:\S+ ){0,3}\S+) `+doneWords, func(p *parser, m []string) command {
		if questions.MatchString(m[0]) {
			return nil
		}
		return completesMaybe(p, m)
	}),
	on(`((?:task|to-?do|#) ?#?\d+(?:(?:,| and) (?:task )?#?\d+)*) `+doneWords, completes),
}

func completes(p *parser, m []string) command { return &mark{target: p.target(m[1])} }

func reopens(p *parser, m []string) command { return &mark{target: p.target(m[1]), reopen: true} }

func completesMaybe(p *parser, m []string) command {
	if unfinished.MatchString(m[0]) {
		return nil
	}
	return &mark{target: p.target(m[1]), tentative: true, text: m[0]}
}

func (c *mark) run(t *turn) {
	prefer, then := isPending, completeAll
	if c.reopen {
		prefer, then = isCompleted, reopenAll
	}
	if c.tentative && !c.isSpecific() {
		list := t.candidates(c.target, prefer)
		if list == nil {
			return
		}
		if len(match(list.Tasks, c.title, false)) == 0 && len(matchEach(list.Tasks, c.title, prefer)) == 0 {
			c.doubt(t, list, then)
			return
		}
	}
	t.resolve(c.target, prefer, then)
}

// doubt answers a statement that fits no task.
func (c *mark) doubt(t *turn, list *taskList, then func(*turn, []task)) {
	if len(nearest(list.Tasks, c.title)) > 0 {
		t.sayNone(list, c.title, then)
		return
	}
	t.say("I found no task about “%s”%s, so I changed nothing. %s", escape(shorten(c.title)), list.among(), abilities)
}

func completeAll(t *turn, tasks []task) {
	t.changeAll(tasks, "Completed", func(k task) (task, bool) { return t.change("complete_task", k, nil) }, "")
}

func reopenAll(t *turn, tasks []task) {
	t.changeAll(tasks, "Reopened", func(k task) (task, bool) {
		if _, ok := t.tools["reopen_task"]; ok {
			return t.change("reopen_task", k, nil)
		}
		return t.change("update_task", k, map[string]any{"completed": false})
	}, "")
}

// changeAll makes one call for each task and reports those that worked: one by
// what saying says of it, where that is not empty.
func (t *turn) changeAll(tasks []task, done string, change func(task) (task, bool), saying string) {
	var changed []task
	more := len(tasks) - maxChanges
	for _, k := range tasks[:min(len(tasks), maxChanges)] {
		if k, ok := change(k); ok {
			changed = append(changed, k)
		}
	}
	switch {
	case len(t.wanted) > 0:
	case saying != "" && len(changed) == 1:
		t.say("%s, %s.", capitalised(name(changed[0])), saying)
	default:
		t.report(done, changed)
		if more > 0 {
			t.say("That is as much as I can do at once; %s left. Say it again to go on.", are(more))
		}
	}
}

// maxChanges is how many tasks a command changes. The agent makes at most a
// hundred calls in a step, and the steps of a turn have an end; see maxPages.
const maxChanges = 300

func are(n int) string {
	if n == 1 {
		return "1 task is"
	}
	return plural(n, "task") + " are"
}
