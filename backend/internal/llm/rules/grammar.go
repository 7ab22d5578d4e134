package rules

import (
	"regexp"
	"slices"
	"time"
)

// command is something that the user wants done. run makes its calls and, when
// these have results, says what came of them; see turn.
type command interface{ run(t *turn) }

// rule makes a command of the clauses that match pattern. make gets the
// submatches; it returns nil to leave the clause to the rules that follow.
type rule struct {
	pattern *regexp.Regexp
	make    func(p *parser, m []string) command
}

// on makes a rule. The pattern has to match the whole clause, without regard
// to case and final punctuation.
func on(pattern string, makeCommand func(p *parser, m []string) command) rule {
	return rule{regexp.MustCompile(`(?is)^(?:` + pattern + `)[\s.!?]*$`), makeCommand}
}

// grammar is every rule, the first that matches wins. Statements come last:
// "add: the report is done" is to be added.
var grammar = slices.Concat(talkRules, guardRules, undoRules, askRules, followRules, changeRules, markRules, removeRules, listRules, addRules, changeStatements, reportRules, passiveRules, wonderRules)

// parser reads one text of the user.
type parser struct {
	utterance
	now    time.Time
	noDate string    // a date of the text that does not exist, or cannot be used
	lang   *language // that the text is in; nil for English
}

// commands gives what the text asks for, or nil when no clause is understood.
func (p *parser) commands() []command {
	for _, r := range slices.Concat(talkRules, guardRules[:2], contradictions, undoRules, againRules) {
		if m := r.pattern.FindStringSubmatch(p.text); m != nil {
			return []command{r.make(p, m)}
		}
	}
	if c := p.foreign(p.text); c != nil {
		return []command{c}
	}
	var out []command
	parts := p.withDates(clauses(p.text))
	if len(parts) > maxClauses {
		return []command{talk(tooMuch)}
	}
	before := ""
	for i, clause := range parts {
		if gapped.MatchString(clause) && i > 0 {
			clause = changeVerb.FindString(parts[i-1]) + " " + clause
		}
		c := p.command(clause)
		if addsThat.MatchString(clause) && before != "" {
			c = p.adds(before)
		}
		before = ""
		switch {
		case c != nil:
			out = append(out, c)
		default:
			before = clause
		}
	}
	return withoutTalk(out)
}

// withDates joins a clause that is nothing but a date to the next, which it
// belongs to: "Tomorrow at 3pm, remind me to call Ann".
func (p *parser) withDates(parts []string) []string {
	defer func(before string) { p.noDate = before }(p.noDate)
	for i := 0; i+1 < len(parts); i++ {
		_, rest, ok := p.takeMoment(" " + parts[i])
		if !ok || readable(rest) {
			_, rest, ok = takeRecurrence(" " + parts[i])
		}
		if ok && !readable(rest) {
			parts = slices.Concat(parts[:i], []string{parts[i] + ", " + parts[i+1]}, parts[i+2:])
		}
	}
	return parts
}

var (
	// gapped leaves out the verb: "set task 1 to high and task 2 to low".
	gapped     = regexp.MustCompile(`(?i)^(?:the )?(?:(?:task|to-?do|item|number) ?#?|#)?\d+ (?:to|as|for|until|by)\b`)
	changeVerb = regexp.MustCompile(`(?i)^(?:set|make|move|change|rename|mark|push|postpone|reschedule|tag|give)\b`)
	// addsThat is about the clause before: "book a table, add that to my list".
	addsThat = regexp.MustCompile(`(?i)^(?:add|put|note|save) (?:it|that|this)(?: down)?(?: (?:to|on|onto|in) (?:my|the) (?:\S+ )?list)?[\s.!]*$`)
)

// command reads a clause as it is and, when no rule fits, in plainer words.
func (p *parser) command(clause string) command {
	clause = started(clause)
	c := p.anyCommand(clause)
	if c, ok := c.(*add); ok && asReminder.MatchString(clause) {
		for i := range c.drafts {
			c.drafts[i].remind = true
		}
	}
	return c
}

var asReminder = regexp.MustCompile(`(?i)^(?:.{0,60}\b)?(?:remind me|reminder|be reminded|don't (?:let me )?forget)\b`)

func (p *parser) anyCommand(clause string) command {
	c := p.plainCommand(clause)
	if c != nil && !isWeak(c) {
		return c
	}
	if plainer := relaxed(clause); plainer != clause {
		if better := p.plainCommand(plainer); better != nil {
			return better
		}
	}
	return c
}

// isWeak tells whether a command is only a guess at what the clause is.
func isWeak(c command) bool {
	switch c := c.(type) {
	case *mark:
		return c.weak
	case *wonder:
		return true
	}
	return false
}

func (p *parser) plainCommand(clause string) command {
	for _, r := range grammar {
		if m := r.pattern.FindStringSubmatch(clause); m != nil {
			if c := r.make(p, m); c != nil {
				return c
			}
		}
	}
	return nil
}

// withoutTalk drops greetings and thanks beside something to do.
func withoutTalk(commands []command) []command {
	isTalk := func(c command) bool { _, ok := c.(talk); return ok }
	if len(commands) > 1 {
		if rest := slices.DeleteFunc(slices.Clone(commands), isTalk); len(rest) > 0 {
			return rest
		}
		return commands[:1]
	}
	return commands
}
