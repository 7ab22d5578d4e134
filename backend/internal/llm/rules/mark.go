package rules

import (
	"regexp"
	"slices"
)

// mark completes tasks, or reopens them.
type mark struct {
	target
	reopen bool
	// tentative is set when the clause may be no command at all: "I bought a
	// car" completes a task about a car, and is small talk when there is none;
	// see statement.go.
	tentative bool
	text      string
	verb      string // what was done, where that says more than "done"
	weak      bool   // the clause is likelier something else
	doubtful  bool   // even where it fits a task, it may mean another thing
}

const (
	doneWords   = `(?:complete[d]?|done|finished|closed|as read|fixed|solved|resolved|accomplished|ticked|checked|sorted|handled|over|ready)`
	undoneWords = `(?:not (?:yet )?(?:done|complete[d]?|finished)|incomplete|undone|unfinished|uncompleted|pending|open|to-?do|active|unresolved|outstanding)`
)

var (
	adverbs   = `(?:(?:already|now|just|finally|all|also|actually|totally|successfully|completely|officially|both) )*`
	questions = regexp.MustCompile(`(?i)^(?:what|which|who|when|where|why|how|is|are|was|were|do|does|did|if|that (?:i|we|you|he|she|they)|add|create|remind|can|could|should|would|will|shall|may|might|have|has|had)\b`)
	// listOnly is what "check" and "complete" are said of without a task.
	listOnly = regexp.MustCompile(`(?i)^(?:(?:on|my|the|all|our|whole|entire|to-?do|task) )*(?:list|to-?dos|tasks|items)$`)
)

var markRules = []rule{
	on(`(?:check|review|go (?:over|through)|look (?:at|through|over)|see|open|close) (?:(?:on|my|the|all|our|whole|entire|to-?do|task) )*(?:list|to-?dos|tasks|items)`, makeListing),
	on(`(?:complete|finish|mark(?: (?:as )?(?:done|complete))?|check off|tick off|cross off)`+anyTask, func(*parser, []string) command {
		return pick{"complete", isPending, completeAll}
	}),
	on(`(?:mark|set|flag|change|make|tag)(?: (?:off|down))? (.+?) (?:as |to |is |back to )*`+undoneWords+`(?: again)?`, reopens),
	on(`(?:undo|un-do|revert|take back) (?:the )?(?:(?:completing|completion|marking|check|tick)(?: of)? )?((?:the )?(?:task |to-?do |item |number )+#?\d+|#\d+|\d+)(?: (?:as )?(?:done|complete))?`, reopens),
	on(`(?:move|put|bring|set|send|switch) (.+?) back (?:to|on|onto|in|into|as) (?:the |my )?(?:`+undoneWords+`|list|tasks)(?: (?:list|tasks|again))*`, reopens),
	on(`(?:move|set|send|switch) (.+?) (?:to|into|as) (?:the )?`+undoneWords+`(?: (?:list|tasks|again))*`, reopens),
	on(`(?:i )?(?:did it|i did|got it done|done|finished|completed|did that|i did (?:it|that)|(?:it|that)'s (?:done|finished|it done))(?: already| now| too)?`, func(*parser, []string) command { return doneIt{} }),
	on(`(?:they|those|these|both|all of (?:them|those|these))(?:'re| are)? (?:all |both |now |already |finally )*(?:done|finished|completed?)`, func(*parser, []string) command { return &mark{target: target{pronoun: "them"}} }),
	on(`(?:reopen|re-open|uncomplete|unmark|uncheck|untick|un-complete|un-check|un-tick|unfinish|restore|reactivate)(?: off)? (.+)`, reopens),
	on(`(?:mark|set|flag|check|make|change|tick)(?: (?:off|down))? (.+?) (?:as |to |is |off as )*(?:being )?(?:`+adverbs+doneWords+`|off)(?: now)?`, completes),
	on(`(?:mark|set|flag) (.+?) (?:down )?as (?:already )?(\pL+)`, func(p *parser, m []string) command {
		if !isPast(m[2]) || unfinished.MatchString(m[2]) {
			return nil
		}
		return completes(p, m)
	}),
	on(`(?:consider|count|treat|regard) (.+?) (?:as )?`+doneWords, completes),
	on(`mark (?:off )?(?:as )?(?:complete[d]?|done|finished)[: ]+(.+)`, completes),
	on(`(?:complete|finish|close|check off|tick off|cross off|cross out|check|tick|wrap up|mark off)(?: off)? (.+?)(?: (?:off|from) (?:my|the) (?:\S+ )?list)?(?: off)?`, completes),
}

// doneIt is "done!", said of the task that was spoken of last.
type doneIt struct{}

func (doneIt) run(t *turn) {
	if t.it == 0 {
		pick{"complete", isPending, completeAll}.run(t)
		return
	}
	t.resolve(target{pronoun: "it"}, isPending, completeAll)
}

func completes(p *parser, m []string) command { return &mark{target: p.target(m[1])} }

func reopens(p *parser, m []string) command { return &mark{target: p.target(m[1]), reopen: true} }

func (c *mark) run(t *turn) {
	prefer, then := isPending, completeAll
	if c.reopen {
		prefer, then = isCompleted, reopenAll
	}
	if c.tentative && !c.isSpecific() {
		c.report(t, prefer, then)
		return
	}
	t.resolve(c.target, prefer, then)
}

func completeAll(t *turn, tasks []task) {
	// "I paid it, so mark it as done" completes it once. What counts is what the
	// turn asks for, with or without a result yet, or its calls would differ
	// from one run to the next.
	tasks = keep(tasks, func(k task) bool { return !slices.Contains(t.completing, k.ID) })
	t.completing = append(t.completing, ids(tasks)...)
	left := t.unless(tasks, "already done", func(k task) bool { return k.Completed })
	t.changeAll(left, "Completed", func(k task) (task, bool) { return t.change("complete_task", k, nil) }, "")
}

func reopenAll(t *turn, tasks []task) {
	left := t.unless(tasks, "not done yet", func(k task) bool { return k.Title != "" && !k.Completed })
	t.changeAll(left, "Reopened", func(k task) (task, bool) {
		if _, ok := t.tools["reopen_task"]; ok {
			return t.change("reopen_task", k, nil)
		}
		return t.change("update_task", k, map[string]any{"completed": false})
	}, "")
}

// unless gives the tasks that are not as they should be yet, and says which
// are. The turn may have changed them itself: then they were not so before.
func (t *turn) unless(tasks []task, as string, is func(task) bool) []task {
	var left []task
	for _, k := range tasks {
		if !is(k) {
			left = append(left, k)
			continue
		}
		t.it = k.ID
		if text, ok := t.local(as); ok {
			t.say(text, t.name(k))
			continue
		}
		t.say("%s, is %s.", capitalised(name(k)), as)
	}
	return left
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
	case t.lang != nil && done == "Updated" && len(changed) == 1:
		t.say(t.or("renamed", "%s."), t.name(changed[0]))
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
