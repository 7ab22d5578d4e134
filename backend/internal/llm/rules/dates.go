package rules

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// moment is a point in time as the user gave it: a day, a time of day, both,
// or neither, which is the zero value.
type moment struct {
	day      time.Time // midnight in the user's zone; zero when not given
	clock    time.Duration
	hasClock bool
	exact    time.Time // "in two hours"; the rest is not used then
}

func (m moment) isZero() bool { return m.day.IsZero() && !m.hasClock && m.exact.IsZero() }

// endOfDay is the time of a due day without a time.
const endOfDay = 23*time.Hour + 59*time.Minute

// on gives the point in time. A time without a day is the next such time.
func (m moment) on(now time.Time) time.Time {
	if !m.exact.IsZero() {
		return m.exact
	}
	day, clock := m.day, endOfDay
	if m.hasClock {
		clock = m.clock
	}
	if day.IsZero() {
		day = midnight(now)
		if !at(day, clock).After(now) {
			day = day.AddDate(0, 0, 1)
		}
	}
	return at(day, clock)
}

// at sets the time of day by the clock on the wall, which a day with a change
// to or from summer time would shift if the duration were added.
func at(day time.Time, clock time.Duration) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, int(clock/time.Hour), int(clock%time.Hour/time.Minute), 0, 0, day.Location())
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

const (
	weekdays = `(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thurs?|thu|fri`
	months   = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`
	numbers  = `(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of|a few)`
	units    = `(?:minute|min|hour|day|week|month|year)s?`

	dayPattern = `today|tonight|this (?:morning|afternoon|evening)|(?:the )?day after tomorrow|tomorrow|tomorow|tmrw|tmr|` +
		`(?:(?:this|next|coming|this coming) )?(?:` + weekdays + `)|(?:on|by|this|next) (?:sat|sun)|` +
		`(?:in|within) ` + numbers + ` ` + units + `|` + numbers + ` (?:day|week|month|year)s? from (?:now|today)|` +
		`(?:this|next) (?:week|month|year)|(?:the )?end of (?:the |this )?(?:day|week|month|year)|eod|(?:this |the |next )?weekend|` +
		`\d{4}-\d{2}-\d{2}|` + months + `\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|` +
		`(?:the )?\d{1,2}(?:st|nd|rd|th)? (?:of )?` + months + `(?:,? \d{4})?|the \d{1,2}(?:st|nd|rd|th)`
	clockPattern = `\d{1,2}(?:[:.]\d{2})? ?(?:am|pm|a\.m\.?|p\.m\.?)|\d{1,2}:\d{2}|noon|midday|midnight|at \d{1,2}(?: ?o'?clock)?`
	lead         = `(?:(?:and )?(?:(?:it'?s|is|that's) )?due(?: date)?:? |by |on |before |until |till |for |from |at |around |@ ?)*`
)

var momentPattern = regexp.MustCompile(`(?i)(?:^|[\s,(]+)(` + lead + `)(?:` +
	`(` + dayPattern + `)(?:(?: in the)? (morning|afternoon|evening|night))?(?:,? (?:at |by |@ ?)?(` + clockPattern + `))?|` +
	`(` + clockPattern + `)(?:,? (?:on )?(` + dayPattern + `))?)\)?([^\pL\d'-]|'[^s]|$)`)

// takeMoment finds when a task is due. It returns s without those words. It
// looks twice, for a day and a time that stand apart.
func (p *parser) takeMoment(s string) (moment, string, bool) {
	if len(s) > maxWords {
		return moment{}, s, false
	}
	first, rest, ok := p.takeOneMoment(s)
	if !ok {
		return moment{}, s, false
	}
	if second, rest2, ok := p.takeOneMoment(rest); ok {
		if both := join(first, second); both != first {
			return both, rest2, true
		}
	}
	return first, rest, true
}

// join adds what b says to a, which has the say where both say something.
func join(a, b moment) moment {
	switch {
	case a.isZero():
		return b
	case !a.exact.IsZero() || !b.exact.IsZero():
	case a.day.IsZero() && !b.hasClock:
		a.day = b.day
	case !a.hasClock && b.day.IsZero():
		a.clock, a.hasClock = b.clock, b.hasClock
	}
	return a
}

func (p *parser) takeOneMoment(s string) (moment, string, bool) {
	for from := 0; from < len(s); {
		m := momentPattern.FindStringSubmatchIndex(s[from:])
		if m == nil {
			break
		}
		end := m[2*7]
		day, part, clock := group(s[from:], m, 2)+group(s[from:], m, 6), group(s[from:], m, 3), group(s[from:], m, 4)+group(s[from:], m, 5)
		led := group(s[from:], m, 1) != "" || preposition.MatchString(day) || clock != ""
		if isApart(s[:from+m[0]], s[from+end:], day, led) {
			found, ok := p.moment(day, part, clock)
			switch {
			case ok && isUsable(found.on(p.now)):
				return found, cut(s, from+m[0], from+end), true
			case ok, p.isNoDay(day):
				p.noDate = day
			}
		}
		from += end
	}
	return moment{}, s, false
}

var (
	preposition = regexp.MustCompile(`(?i)^(?:in|within|by|on|this|next|at|the end|end of)\b`)
	goesOn      = regexp.MustCompile(`(?i)^\s*(?:[,.;:)]|(?:at|about|with|for|to|and|from|in|on|because|so|if|when|that|before|after|regarding|re)\b)`)
	isWeekday   = regexp.MustCompile(`(?i)^(?:` + weekdays + `)$`)
)

// isApart tells whether a date between before and after is said of the task,
// and is no part of its words, as in "prepare the Friday report".
func isApart(before, after, day string, led bool) bool {
	switch {
	case !readable(after):
		return true
	case !readable(before):
		return led || !isWeekday.MatchString(day) || strings.HasPrefix(after, ",") || strings.HasPrefix(after, ":")
	}
	return led || goesOn.MatchString(after)
}

func (p *parser) moment(day, part, clock string) (moment, bool) {
	var m moment
	if day != "" {
		if !p.setDay(&m, strings.ToLower(day)) {
			return m, false
		}
		if words := strings.Fields(strings.ToLower(day)); part == "" && words[0] == "this" {
			part = words[len(words)-1]
		}
	}
	if c, ok := partOfDay(strings.ToLower(part)); ok {
		m.clock, m.hasClock = c, true
	}
	if clock != "" {
		c, ok := clockOf(strings.ToLower(clock))
		if !ok {
			return m, false
		}
		m.clock, m.hasClock = afterNoon(c, strings.ToLower(part)), true
	}
	return m, true
}

func partOfDay(part string) (time.Duration, bool) {
	switch part {
	case "morning":
		return 9 * time.Hour, true
	case "afternoon":
		return 15 * time.Hour, true
	case "evening":
		return 18 * time.Hour, true
	}
	return 0, false
}

func afterNoon(clock time.Duration, part string) time.Duration {
	if part != "" && part != "morning" && clock < 12*time.Hour {
		return clock + 12*time.Hour
	}
	return clock
}

var clockParts = regexp.MustCompile(`^(at )?(\d{1,2})(?:[:.](\d{2}))? ?([ap])?`)

func clockOf(s string) (time.Duration, bool) {
	switch s {
	case "noon", "midday":
		return 12 * time.Hour, true
	case "midnight":
		return endOfDay, true
	}
	m := clockParts.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	hour, minute := atoi(m[2]), atoi(m[3])
	switch {
	case m[4] != "" && (hour < 1 || hour > 12):
		return 0, false
	case m[4] == "p" && hour < 12, m[4] == "" && m[1] != "" && hour < 7:
		hour += 12 // A bare "at 5" is said of the afternoon.
	case m[4] == "a" && hour == 12:
		hour = 0
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, hour < 24 && minute < 60
}

// atoi reads digits that a pattern has checked; none are 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
