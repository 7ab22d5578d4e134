package rules

import (
	"fmt"
	"slices"
)

// remove deletes tasks, after a question when it is more than one.
type remove struct{ target }

var removeRules = []rule{
	on(`(?:delete|remove|erase|drop|cancel)`+anyTask, func(*parser, []string) command { return pick{"delete", isAny, deleteAll} }),
	on(`(?:delete|remove|erase|drop|cancel|trash|scrap|discard|get rid of|throw away|kill|take off|take) (.+?)(?:,? (?:off|from|out of|on) (?:my|the) (?:\S+ )?list)`, removes),
	on(`take (.+) off`, removes),
	on(`(?:delete|remove|erase|trash|scrap|discard|get rid of|drop|cancel) (.+)`, removes),
	on(`(?:clear|empty|wipe|purge|reset|clean up|clean out)(?: (?:out|up|off|away))? (.+)`, removesAll),
	on(`(.+?) (?:can|should|could|may|must|needs to|has to) be (?:deleted|removed|dropped|erased|scrapped|cancell?ed|taken off)(?: (?:from|off) (?:my|the) (?:\S+ )?list)?(?: now)?`, func(p *parser, m []string) command {
		if questions.MatchString(m[0]) {
			return nil
		}
		return removes(p, m)
	}),
	on(`(.+?) (?:is|are)(?: just)? (?:no longer|not) (?:needed|necessary|relevant|required)(?: any ?more)?`, func(p *parser, m []string) command {
		if g := p.target(m[1]); !questions.MatchString(m[0]) {
			return &mention{target: g}
		}
		return nil
	}),
	on(`(?:there's |there is )?no (?:more )?need (?:for|of) (.+?)(?: any ?more)?`, func(p *parser, m []string) command { return &mention{target: p.target(m[1])} }),
	on(`(?:forget(?: about)?|never mind(?: about)?|nvm) (.+)`, func(p *parser, m []string) command {
		if g := p.target(m[1]); g.title != "" && !g.exact {
			return &forget{g, m[0]}
		}
		return nil
	}),
	on(`forget (?:about )?((?:task|to-?do|item|#) ?#?\d+|the .+ (?:task|to-?do|item))`, removes),
	on(`(?:i |we )?(?:don't|do not|no longer|don't really) need(?: to)? (?:do )?(.+?)(?: any ?more)?`, removes),
}

// forget deletes a task of that name; about anything else it is said in vain.
type forget struct {
	target
	text string
}

func (c *forget) run(t *turn) {
	list := t.candidates(c.target, isPending)
	if list == nil {
		return
	}
	if len(match(list.Tasks, c.title, false)) == 0 {
		unknown{c.text}.run(t)
		return
	}
	(&remove{c.target}).run(t)
}

// mention names a task without a wish: what follows may be about it.
type mention struct {
	target
	quiet bool // what follows is the wish
}

func (c *mention) run(t *turn) {
	found := t.find(c.target, isPending, func(t *turn, tasks []task) { t.offerDelete(tasks) })
	if t.waiting || len(found) == 0 {
		return
	}
	if c.quiet {
		t.it = found[0].ID
		return
	}
	t.offerDelete(found)
}

// offerDelete asks whether tasks that are not needed are to go.
func (t *turn) offerDelete(tasks []task) {
	t.it = tasks[0].ID
	t.confirmDelete(tasks)
}

func removes(p *parser, m []string) command { return &remove{p.target(m[1])} }

// removesAll is for verbs that are said of the list: "clear my list", but not
// "clear the table".
func removesAll(p *parser, m []string) command {
	g := p.target(m[1])
	if g.all == nil && !g.isSpecific() {
		return nil
	}
	return &remove{g}
}

func (c *remove) run(t *turn) { deletion{rest: []*remove{c}}.run(t) }

// deletion is all that a message deletes. It is asked about as one: taken one
// by one, several deletions would each look like a single one.
type deletion struct {
	rest  []*remove // to be found
	found []task
	all   bool // one of them is "all": that says nothing about how many it is
}

// run finds the tasks of one remove after the other. A question about one of
// them comes first, and its answer goes on with the rest.
func (c deletion) run(t *turn) {
	switch {
	case len(c.rest) > 0:
		c.findNext(t)
	case c.all, len(c.found) > 1, t.missed && len(c.found) > 0:
		t.confirmDelete(c.found)
	default:
		deleteAll(t, c.found)
	}
}

func (c deletion) findNext(t *turn) {
	next := deletion{rest: c.rest[1:], found: c.found, all: c.all}
	then := func(t *turn, tasks []task) {
		with := next
		with.found, with.all = union(next.found, tasks), next.all || c.rest[0].all != nil && !c.rest[0].single
		with.run(t)
	}
	open := t.question
	tasks := t.find(c.rest[0].target, isAny, then)
	switch {
	case t.waiting:
	case len(tasks) > 0:
		then(t, tasks)
	case t.question == open:
		next.run(t)
	}
}

func union(a, b []task) []task {
	out := slices.Clone(a)
	for _, k := range b {
		if _, have := byID(out, k.ID); !have {
			out = append(out, k)
		}
	}
	return out
}

// confirmDelete asks before it deletes, with the names of the tasks.
func (t *turn) confirmDelete(tasks []task) {
	known, ok := t.named(tasks)
	if !ok || len(known) == 0 {
		return
	}
	text := deleteQuestion(known)
	if local, ok := t.local("confirm"); ok {
		text = fmt.Sprintf(local, len(known), t.lines(known))
	}
	t.ask(&question{choices: known, then: deleteAll, confirm: true, exact: true, text: text}, text)
}

// named gives the tasks with their titles. It leaves out those that are not
// there, which it has said, and fails while it waits.
func (t *turn) named(tasks []task) ([]task, bool) {
	out := make([]task, 0, len(tasks))
	for _, k := range tasks {
		if k.Title != "" {
			out = append(out, k)
			continue
		}
		list := t.everything()
		if list == nil {
			return nil, false
		}
		// Where the list was cut, the task may be one of those not read.
		if k, ok := byID(list.Tasks, k.ID); ok || list.isCut() {
			out = append(out, k)
		} else {
			t.say("There is no task %d.", k.ID)
		}
	}
	return out, true
}

func deleteQuestion(tasks []task) string {
	if len(tasks) == 1 {
		return fmt.Sprintf("That would delete %s. Delete it? Please answer yes or no.", name(tasks[0]))
	}
	text := fmt.Sprintf("That would delete %d tasks:\n\n", len(tasks))
	for _, k := range tasks[:min(len(tasks), maxLines)] {
		text += fmt.Sprintf("- **%d** %s\n", k.ID, escape(shorten(k.Title)))
	}
	if more := len(tasks) - maxLines; more > 0 {
		text += fmt.Sprintf("- …and %d more\n", more)
	}
	return text + "\nDelete them all? Please answer yes or no."
}

func deleteAll(t *turn, tasks []task) {
	t.changeAll(tasks, "Deleted", func(k task) (task, bool) { return t.change("delete_task", k, nil) }, "")
}
