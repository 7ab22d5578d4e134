package rules

// againRules read "and the third one too", "same for task 4": what was done
// last is to be done to more tasks.
var againRules = []rule{
	on(`(?:and|also|plus|same (?:for|with|goes for)|do the same (?:for|with)|likewise(?: for)?),? (?:also |with |for )?(.+?)(?: (?:too|as well|also))?`, func(p *parser, m []string) command {
		g, ok := p.plainTarget(m[1])
		if !ok || g.pronoun != "" {
			return nil
		}
		return &again{g}
	}),
}

// again does to other tasks what the turn before did.
type again struct{ target }

func (c *again) run(t *turn) {
	switch t.lastTool {
	case "complete_task":
		t.resolve(c.target, isPending, completeAll)
	case "reopen_task":
		t.resolve(c.target, isCompleted, reopenAll)
	case "delete_task":
		(&remove{c.target}).run(t)
	default:
		t.say("What should I do with that task? For example: “mark task 2 as done”.")
	}
}
