package rules

import (
	"cmp"
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
	weekdays = `(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|weds?|thurs?|thu|fri`
	anyDay   = `(?:` + weekdays + `|sat|sun)`
	months   = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`
	numbers  = `(?:\d{1,4}|half an?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty[- ]five|a couple(?: of)?|a few)`
	units    = `(?:minute|min|hour|hr|day|week|fortnight|month|year)s?`
	nth      = `(?:\d{1,2}(?:st|nd|rd|th)?|` + nthWords + `)`
	nthWords = `(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth`
	holidays = `christmas(?: day| eve)?|xmas|new year's (?:eve|day)|valentine's day|halloween`

	dateWeekday = `(?:` + anyDay + `,? (?:the )?)?`
	dayPattern  = `(?:later )?today|tonight|later tonight|this (?:morning|afternoon|evening)|(?:the )?day after (?:tomorrow|tmrw)|tomm?orr?ow|tomoz|tmrw|tmr|tmw|2morrow|yesterday|` +
		`\d{4}-\d{2}-\d{2}|` + dateWeekday + months + `\.? ` + nth + `\b(?:,? \d{4})?|` +
		dateWeekday + `(?:the )?` + nth + ` (?:of )?` + months + `\b(?:,? \d{4})?|(?:the )?` + nth + ` of (?:this|next|the) month|` + anyDay + `,? the \d{1,2}(?:st|nd|rd|th)|the (?:\d{1,2}(?:st|nd|rd|th)|` + nthWords + `)|` +
		`\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|` +
		numbers + ` weeks? (?:from|on) ` + anyDay + `|` +
		`(?:(?:this|next|coming|the coming|this coming|the following) )?(?:` + weekdays + `)|(?:on|by|this|next) (?:sat|sun)|` +
		`(?:in|within|after) (?:the next )?` + numbers + ` ` + units + `(?: time)?|` + numbers + ` (?:day|week|month|year)s? from (?:now|today)|` +
		`(?:the )?(?:end|beginning|start|middle) of (?:the |this |next )?(?:day|week|month|year|tomorrow)|(?:(?:sometime|later|early|late) )?(?:this|next|coming) (?:week|month|year)|(?:the )?week after next|` +
		`eod|eow|eom|cob|close of business|(?:this |the |next |over the )?weekend|` + holidays
	clockPattern = `(?:half past|quarter past|quarter to|quarter after) (?:` + hours + `|\d{1,2})|\d{1,2}(?:[:.]\d{2})? ?(?:am\b|pm\b|a\.m\.?|p\.m\.?)|\d{1,2}:\d{2}|noon|midday|lunch ?time|midnight|at (?:` + hours + `)\b(?: ?o'?clock)?|at \d{1,2}(?: ?o'?clock)?|\d{1,2} ?o'?clock`
	hours        = `one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve`
	lead         = `(?:(?:and )?(?:(?:it'?s|is|that's) )?due(?: date)?:? |first thing (?:in the morning )?|no later than |latest |sometime |some time |by |on |before |until |till |til |for |from |at |around |starting |@ ?)*`
)

var momentPattern = regexp.MustCompile(`(?i)(?:^|[\s,(]+)(` + lead + `)(?:` +
	`(` + dayPattern + `)(?:(?:,? in the| at)? (morning|afternoon|evening|night|first thing)\b)?(?:,? (?:at |by |@ ?)?(` + clockPattern + `))?|` +
	`(` + clockPattern + `)(?:,? in the (morning|afternoon|evening)|,? at (night))?(?:,? (?:on )?(` + dayPattern + `)(?: (morning|afternoon|evening|night))?)?)\)?([^\pL\d'-]|'[^s]|$)`)

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
		end := m[2*10]
		day, clock := group(s[from:], m, 2)+group(s[from:], m, 8), group(s[from:], m, 4)+group(s[from:], m, 5)
		part := cmp.Or(group(s[from:], m, 3), group(s[from:], m, 6), group(s[from:], m, 7), group(s[from:], m, 9))
		if strings.Contains(strings.ToLower(group(s[from:], m, 1)), "first thing") {
			part = "morning"
		}
		led := group(s[from:], m, 1) != "" || preposition.MatchString(day) || clock != ""
		if isApart(s[:from+m[0]], s[from+end:], day, led) {
			found, ok := p.moment(day, part, clock)
			switch {
			case ok && isUsable(found.on(p.now)) && !found.day.IsZero() && found.day.Before(midnight(p.now)):
				p.noDate = day
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
	goesOn      = regexp.MustCompile(`(?i)^\s*(?:[,.;:)!]|(?:at|about|with|for|to|and|from|in|on|because|so|if|when|that|before|after|regarding|re)\b)`)
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
		words := strings.Fields(strings.ToLower(day))
		switch last := words[len(words)-1]; {
		case part == "" && last == "tonight":
			part = "night"
		case part == "" && words[0] == "this":
			part = last
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
	case "morning", "first thing":
		return 9 * time.Hour, true
	case "afternoon":
		return 15 * time.Hour, true
	case "evening":
		return 18 * time.Hour, true
	}
	return 0, false
}

func afterNoon(clock time.Duration, part string) time.Duration {
	if part != "" && part != "morning" && part != "first thing" && clock < 12*time.Hour {
		return clock + 12*time.Hour
	}
	return clock
}

// hourOf reads an hour of half a day; before seven it is of the afternoon.
func hourOf(s string) int {
	hour, ok := numberWords[s]
	if !ok {
		hour = atoi(s)
	}
	if hour < 7 {
		hour += 12
	}
	return hour
}

var (
	quarters = regexp.MustCompile(`^(half past|quarter past|quarter to|quarter after) (\S+)$`)
	spelled  = regexp.MustCompile(`\b(?:` + hours + `)\b`)
)

var clockParts = regexp.MustCompile(`^(at )?(\d{1,2})(?:[:.](\d{2}))? ?([ap])?`)

func clockOf(s string) (time.Duration, bool) {
	switch s {
	case "noon", "midday", "lunchtime", "lunch time":
		return 12 * time.Hour, true
	case "midnight":
		return endOfDay, true
	}
	if m := quarters.FindStringSubmatch(s); m != nil {
		hour := time.Duration(hourOf(m[2])) * time.Hour
		switch m[1] {
		case "half past":
			return hour + 30*time.Minute, hour > 0
		case "quarter to":
			return hour - 15*time.Minute, hour > 0
		}
		return hour + 15*time.Minute, hour > 0
	}
	s = spelled.ReplaceAllStringFunc(s, func(word string) string { return strconv.Itoa(numberWords[word]) })
	m := clockParts.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	hour, minute := atoi(m[2]), atoi(m[3])
	switch {
	case m[4] != "" && (hour < 1 || hour > 12):
		return 0, false
	case m[4] == "p" && hour < 12, m[4] == "" && m[3] == "" && hour < 7:
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
