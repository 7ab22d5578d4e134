package rules

import (
	"regexp"
	"strings"
	"time"
)

var (
	relativeDay = regexp.MustCompile(`^(?:in |within |after )?(?:the next )?(` + numbers + `) (minute|min|hour|hr|day|week|fortnight|month|year)s?\b`)
	weeksFrom   = regexp.MustCompile(`^(` + numbers + `) weeks? (?:from|on) (` + anyDay + `)$`)
	slashed     = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?$`)
	dotted      = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{2,4})?$`)
	isoDay      = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)
	monthDay    = regexp.MustCompile(`^(` + months + `)\.? (` + nth + `)(?:,? (\d{4}))?$`)
	dayMonth    = regexp.MustCompile(`^(?:the )?(` + nth + `) (?:of )?(` + months + `)(?:,? (\d{4}))?$`)
	dayOfMonth  = regexp.MustCompile(`^(?:the )?(` + nth + `)(?: of (this|next|the) month)?$`)
	weekdayLead = regexp.MustCompile(`^` + anyDay + `,? (?:the )?(\S.*\d.*|` + nth + `\b.*)$`)
	tomorrows   = regexp.MustCompile(`\btomm?orr?ow\b`)
	dayLead     = regexp.MustCompile(`^(?:on|by|this coming|this|next|coming|the) `)
)

// setDay reads one of the forms of dayPattern, in lower case. It fails on a
// day that does not exist, such as February 30.
func (p *parser) setDay(m *moment, s string) bool {
	today := midnight(p.now)
	if g := weekdayLead.FindStringSubmatch(s); g != nil {
		if s = g[1]; !strings.ContainsAny(s, " ") {
			s = "the " + s
		}
	}
	if g := weeksFrom.FindStringSubmatch(s); g != nil {
		day, ok := namedDay(today, g[2])
		m.day = day.AddDate(0, 0, 7*count(g[1]))
		return ok
	}
	if g := relativeDay.FindStringSubmatch(s); g != nil {
		p.setRelative(m, count(g[1]), g[2])
		return true
	}
	if day, ok := namedDay(today, s); ok {
		m.day = day
		return true
	}
	if g := isoDay.FindStringSubmatch(s); g != nil {
		year := atoi(g[1])
		return year > 0 && setDate(m, today, year, time.Month(atoi(g[2])), atoi(g[3]))
	}
	if g := monthDay.FindStringSubmatch(s); g != nil {
		return setDate(m, today, atoi(g[3]), monthOf(g[1]), nthOf(g[2]))
	}
	if g := dayMonth.FindStringSubmatch(s); g != nil {
		return setDate(m, today, atoi(g[3]), monthOf(g[2]), nthOf(g[1]))
	}
	if g := dayOfMonth.FindStringSubmatch(s); g != nil {
		if g[2] == "next" {
			return setDate(m, today, today.AddDate(0, 1, 1-today.Day()).Year(), today.AddDate(0, 1, 1-today.Day()).Month(), nthOf(g[1]))
		}
		return setDayOfMonth(m, today, nthOf(g[1]))
	}
	return setNumbers(m, today, s)
}

// namedDay gives the day of a name. A weekday is the next one after today,
// with "next" too; next week is its Monday.
func namedDay(today time.Time, s string) (time.Time, bool) {
	in := func(days int) (time.Time, bool) { return today.AddDate(0, 0, days), true }
	untilSunday := (7 - int(today.Weekday())) % 7
	s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s, "sometime "), "later "), "early "), "late ")
	s = tomorrows.ReplaceAllString(s, "tomorrow")
	switch s {
	case "yesterday":
		return in(-1)
	case "eow":
		return in(untilSunday)
	case "eom":
		return time.Date(today.Year(), today.Month()+1, 0, 0, 0, 0, 0, today.Location()), true
	case "week after next", "the week after next":
		return in(untilSunday + 8)
	case "over the weekend":
		return in((int(time.Saturday) - int(today.Weekday()) + 7) % 7)
	case "cob", "close of business", "today", "tonight", "this morning", "this afternoon", "this evening", "eod", "end of day", "the end of the day", "end of the day":
		return in(0)
	case "tomorrow", "tomoz", "tmrw", "tmr", "tmw", "2morrow", "end of tomorrow", "the end of tomorrow":
		return in(1)
	case "day after tomorrow", "the day after tomorrow", "day after tmrw", "the day after tmrw":
		return in(2)
	case "weekend", "this weekend", "the weekend":
		return in((int(time.Saturday) - int(today.Weekday()) + 7) % 7)
	case "next weekend":
		return in((int(time.Saturday)-int(today.Weekday())+7)%7 + 7)
	case "next week":
		return in(untilSunday + 1)
	}
	if day, ok := partOfSpan(today, untilSunday, strings.TrimPrefix(s, "the ")); ok {
		return day, true
	}
	switch {
	case s == "next month":
		return time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, today.Location()), true
	case s == "next year":
		return time.Date(today.Year()+1, time.January, 1, 0, 0, 0, 0, today.Location()), true
	case strings.HasSuffix(s, " week"): // this week, the end of the week
		return in(untilSunday)
	case strings.HasSuffix(s, " month"):
		return time.Date(today.Year(), today.Month()+1, 0, 0, 0, 0, 0, today.Location()), true
	case strings.HasSuffix(s, " year"):
		return time.Date(today.Year(), time.December, 31, 0, 0, 0, 0, today.Location()), true
	}
	wd, ok := weekdayOf(dayLead.ReplaceAllString(s, ""))
	if !ok {
		return time.Time{}, false
	}
	days := (int(wd) - int(today.Weekday()) + 7) % 7
	if days == 0 {
		days = 7
	}
	return in(days)
}

// partOfSpan gives the beginning, the middle or the end of a week, month or
// year.
func partOfSpan(today time.Time, untilSunday int, s string) (time.Time, bool) {
	part, span, ok := strings.Cut(s, " of ")
	if !ok || !strings.Contains(" beginning start middle end ", " "+part+" ") {
		return time.Time{}, false
	}
	first := func(month time.Month) time.Time {
		return time.Date(today.Year(), month, 1, 0, 0, 0, 0, today.Location())
	}
	step := 0
	if strings.HasPrefix(span, "next ") {
		step = 1
	}
	var from, to time.Time
	switch {
	case strings.HasSuffix(span, "week"):
		to = today.AddDate(0, 0, untilSunday+7*step)
		from = to.AddDate(0, 0, -6)
	case strings.HasSuffix(span, "month"):
		from = first(today.Month() + time.Month(step))
		to = from.AddDate(0, 1, -1)
	case strings.HasSuffix(span, "year"):
		from = time.Date(today.Year()+step, time.January, 1, 0, 0, 0, 0, today.Location())
		to = from.AddDate(1, 0, -1)
	default:
		return time.Time{}, false
	}
	switch part {
	case "end":
		return to, true
	case "middle":
		return from.AddDate(0, 0, int(to.Sub(from).Hours()/24+1)/2), true
	}
	return from, true
}

func (p *parser) setRelative(m *moment, n int, unit string) {
	today := midnight(p.now)
	if n == half && unit != "hour" && unit != "hr" {
		n = 1
	}
	switch unit {
	case "fortnight":
		m.day = today.AddDate(0, 0, 14*n)
	case "minute", "min":
		m.exact = p.now.Add(time.Duration(n) * time.Minute).Truncate(time.Minute)
	case "hour", "hr":
		if n == half {
			m.exact = p.now.Add(30 * time.Minute).Truncate(time.Minute)
			return
		}
		m.exact = p.now.Add(time.Duration(n) * time.Hour).Truncate(time.Minute)
	case "day":
		m.day = today.AddDate(0, 0, n)
	case "week":
		m.day = today.AddDate(0, 0, 7*n)
	case "month":
		m.day = today.AddDate(0, n, 0)
	case "year":
		m.day = today.AddDate(n, 0, 0)
	}
}

// leapYears is how far the next February 29 can be away.
const leapYears = 8

// setDate sets a date; year 0 means the next such date.
func setDate(m *moment, today time.Time, year int, month time.Month, day int) bool {
	from, to := year, year
	if year == 0 {
		from, to = today.Year(), today.Year()+leapYears
	}
	for y := from; y <= to; y++ {
		m.day = time.Date(y, month, day, 0, 0, 0, 0, today.Location())
		exists := m.day.Month() == month && m.day.Day() == day
		if exists && (year != 0 || !m.day.Before(today)) {
			return true
		}
	}
	return false
}

// isUsable tells whether a date can be kept in every time zone.
func isUsable(at time.Time) bool { return at.Year() >= 1 && at.Year() <= 9998 }

// isNoDay tells whether s is a full date that does not exist. A number that is
// no day, as in "the 45th", is none.
func (p *parser) isNoDay(s string) bool {
	s = strings.ToLower(s)
	isDate := isoDay.MatchString(s) || monthDay.MatchString(s) || dayMonth.MatchString(s) || slashed.MatchString(s) && strings.Count(s, "/") == 2 || dotted.MatchString(s)
	return isDate && !p.setDay(new(moment), s)
}

func (p *parser) sayNoDate() string {
	var m moment
	if p.setDay(&m, strings.ToLower(p.noDate)) && isUsable(m.on(p.now)) {
		return "“" + capitalised(escape(p.noDate)) + "” is over, so nothing was changed. Please tell me again with a day to come."
	}
	return "I cannot use the date “" + escape(p.noDate) + "”: there is no such day, or it is too far away. " +
		"Nothing was changed. Please tell me again with another date."
}

// setDayOfMonth sets the next day with that number; not every month has a 31st.
func setDayOfMonth(m *moment, today time.Time, day int) bool {
	for i := range time.Month(3) {
		m.day = time.Date(today.Year(), today.Month()+i, day, 0, 0, 0, 0, today.Location())
		if m.day.Day() == day && !m.day.Before(today) {
			return true
		}
	}
	return false
}
