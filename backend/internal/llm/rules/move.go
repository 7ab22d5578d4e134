package rules

import (
	"regexp"
	"strings"
	"time"
)

// shift moves a due date by days, weeks and so on.
type shift struct {
	n    int
	unit string
}

// dueOf gives the due time that an update sets for a task. A time alone keeps
// the task's day.
func (c *update) dueOf(k task, now time.Time) (time.Time, bool) {
	switch {
	case c.shift.unit != "" && k.DueAt != nil:
		return c.shift.from(k.DueAt.In(now.Location())), true
	case c.due.isZero() && c.recurrence != "" && k.DueAt == nil:
		return firstOf(c.recurrence, moment{}, now).on(now), true
	case c.due.isZero():
		return time.Time{}, false
	case c.due.day.IsZero() && c.due.exact.IsZero() && k.DueAt != nil:
		if kept := at(k.DueAt.In(now.Location()), c.due.clock); kept.After(now) {
			return kept, true
		}
	}
	return c.due.on(now), true
}

func (s shift) from(due time.Time) time.Time {
	switch s.unit {
	case "minute", "min":
		return due.Add(time.Duration(s.n) * time.Minute)
	case "hour":
		return due.Add(time.Duration(s.n) * time.Hour)
	case "week":
		return due.AddDate(0, 0, 7*s.n)
	case "month":
		return due.AddDate(0, s.n, 0)
	case "year":
		return due.AddDate(s.n, 0, 0)
	}
	return due.AddDate(0, 0, s.n)
}

var earlier = regexp.MustCompile(`(?i)\b(?:forward|bring|earlier|up)\b`)

// shifts is for "push the report back by two days".
func shifts(p *parser, m []string) command {
	amount := strings.ToLower(m[2])
	if g := relativeDay.FindStringSubmatch(amount); g != nil && !taskLike.MatchString(m[1]) {
		by := shift{count(g[1]), g[2]}
		if earlier.MatchString(strings.Replace(m[0], m[1], "", 1)) {
			by.n = -by.n
		}
		if by.n == 0 || by.n > 1000 || by.n < -1000 {
			return nil
		}
		return &update{who: p.target(m[1]), fields: fields{shift: by}}
	}
	return nil
}

// repeats is for "make the report repeat every week".
func repeats(p *parser, m []string) command {
	if taskLike.MatchString(m[1]) {
		return nil
	}
	rule, rest, ok := takeRecurrence(" " + m[2])
	if !ok || readable(rest) {
		return nil
	}
	return &update{who: p.target(m[1]), fields: fields{recurrence: rule}}
}

// moved is the answer to "To when should I move it?".
func moved(t *turn, words string, tasks []task) command {
	due, rest, ok := t.takeMoment(" " + followLead.ReplaceAllString(words, ""))
	if !ok || readable(rest) {
		return nil
	}
	return resumed(func(t *turn) { (&update{fields: fields{due: due}}).apply(t, tasks) })
}

var (
	followLead = regexp.MustCompile(`(?i)^(?:(?:no|actually|i mean|i meant|rather|instead|sorry|oh|and|but|please|wait|hm+)[\s,.]+)*(?:(?:make|change|set|move|push|put|schedule|reschedule|postpone) (?:it|that|this)(?: one)?(?: (?:to be|to|be|for|back to))?|it(?:'s| is| should be| must be)|that(?:'s| is)|due date(?: is)?:?)?\s*(?:to be )?(?:due)?\s*`)
	followEnd  = regexp.MustCompile(`(?i)(?: instead| please| rather)+[\s.!]*$`)
	followPrio = regexp.MustCompile(`(?i)^(?:an? )?(` + priorityWords + `|asap)(?:[ -](?:priority|prio))?[\s.!]*$`)
	hasFollow  = regexp.MustCompile(`(?i)^(?:(?:no|actually|i mean|i meant|rather|instead|sorry|oh|and|but|please|wait|hm+)[\s,.]+)*(?:make|change|set|move|push|put|it|that|due|for|by|on|at|to|schedule|reschedule|postpone)\b`)
)

// followRules read what only says how to change the task spoken of: "for
// Saturday", "actually make that Friday at 4pm", "it's urgent".
var followRules = []rule{
	on(`(.{2,80})`, func(p *parser, m []string) command {
		if !hasFollow.MatchString(m[1]) {
			return nil
		}
		value := followEnd.ReplaceAllString(followLead.ReplaceAllString(m[1], ""), "")
		u := &update{who: target{pronoun: "it"}, text: m[0], follows: true}
		if g := followPrio.FindStringSubmatch(value); g != nil && !strings.EqualFold(value, m[1]) {
			u.priority = priorityOf(g[1])
			return u
		}
		noDate := p.noDate
		due, rest, ok := p.takeMoment(" " + value)
		p.noDate = noDate
		if !ok || readable(rest) {
			return nil
		}
		u.due = due
		return u
	}),
}
