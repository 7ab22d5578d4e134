package rules

import "fmt"

// remove deletes tasks, after a question when it is more than one.
type remove struct{ target }

var removeRules = []rule{
	on(`(?:delete|remove|erase|drop|cancel)`+anyTask, func(*parser, []string) command { return pick{"delete", deleteAll} }),
	on(`(?:delete|remove|erase|drop|cancel|trash|scrap|discard|get rid of|throw away|kill|take off|take) (.+?)(?:,? (?:off|from|out of|on) (?:my|the) (?:\S+ )?list)`, removes),
	on(`(?:delete|remove|erase|trash|scrap|discard|get rid of|drop|cancel) (.+)`, removes),
	on(`(?:clear|empty|wipe|purge|reset|clean up|clean out)(?: (?:out|up|off|away))? (.+)`, removesAll),
	on(`forget (?:about )?((?:task|to-?do|item|#) ?#?\d+|the .+ (?:task|to-?do|item))`, removes),
	on(`(?:i )?(?:don't|do not|no longer) need (?:to )?(?:do )?(.+?)(?: any ?more)?`, removes),
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

func (c *remove) run(t *turn) {
	many := c.all != nil
	t.resolve(c.target, isAny, func(t *turn, tasks []task) {
		if many || len(tasks) > 1 {
			t.confirmDelete(tasks)
			return
		}
		deleteAll(t, tasks)
	})
}

// confirmDelete asks before it deletes, even if all there are is one: "all"
// says nothing about how many that is.
func (t *turn) confirmDelete(tasks []task) {
	known := make([]task, 0, len(tasks))
	list := t.everything()
	if list == nil {
		return
	}
	for _, k := range tasks {
		if k, ok := byID(list.Tasks, k.ID); ok {
			known = append(known, k)
		} else {
			t.say("There is no task %d.", k.ID)
		}
	}
	if len(known) == 0 {
		return
	}
	text := deleteQuestion(known)
	t.ask(&question{choices: known, then: deleteAll, confirm: true, exact: true, text: text}, text)
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
