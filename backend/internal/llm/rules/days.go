package rules

import (
	"regexp"
	"strings"
	"time"
)

var (
	relativeDay = regexp.MustCompile(`^(?:in |within )?(` + numbers + `) (minute|min|hour|day|week|month|year)s?`)
	isoDay      = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)
	monthDay    = regexp.MustCompile(`^(` + months + `)\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?$`)
	dayMonth    = regexp.MustCompile(`^(?:the )?(\d{1,2})(?:st|nd|rd|th)? (?:of )?(` + months + `)(?:,? (\d{4}))?$`)
	dayOfMonth  = regexp.MustCompile(`^the (\d{1,2})(?:st|nd|rd|th)$`)
	dayLead     = regexp.MustCompile(`^(?:on|by|this coming|this|next|coming|the) `)
)

// setDay reads one of the forms of dayPattern, in lower case. It fails on a
// day that does not exist, such as February 30.
func (p *parser) setDay(m *moment, s string) bool {
	today := midnight(p.now)
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
		return setDate(m, today, atoi(g[3]), monthOf(g[1]), atoi(g[2]))
	}
	if g := dayMonth.FindStringSubmatch(s); g != nil {
		return setDate(m, today, atoi(g[3]), monthOf(g[2]), atoi(g[1]))
	}
	if g := dayOfMonth.FindStringSubmatch(s); g != nil {
		return setDayOfMonth(m, today, atoi(g[1]))
	}
	return false
}

// namedDay gives the day of a name. A weekday is the next one after today,
// with "next" too; next week is its Monday.
func namedDay(today time.Time, s string) (time.Time, bool) {
	in := func(days int) (time.Time, bool) { return today.AddDate(0, 0, days), true }
	untilSunday := (7 - int(today.Weekday())) % 7
	switch s {
	case "today", "tonight", "this morning", "this afternoon", "this evening", "eod", "end of day", "the end of the day", "end of the day":
		return in(0)
	case "tomorrow", "tomorow", "tmrw", "tmr":
		return in(1)
	case "day after tomorrow", "the day after tomorrow":
		return in(2)
	case "weekend", "this weekend", "the weekend":
		return in((int(time.Saturday) - int(today.Weekday()) + 7) % 7)
	case "next weekend":
		return in((int(time.Saturday)-int(today.Weekday())+7)%7 + 7)
	case "next week":
		return in(untilSunday + 1)
	case "next month":
		return time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, today.Location()), true
	case "next year":
		return time.Date(today.Year()+1, time.January, 1, 0, 0, 0, 0, today.Location()), true
	}
	switch {
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

func (p *parser) setRelative(m *moment, n int, unit string) {
	today := midnight(p.now)
	switch unit {
	case "minute", "min":
		m.exact = p.now.Add(time.Duration(n) * time.Minute).Truncate(time.Minute)
	case "hour":
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
	isDate := isoDay.MatchString(s) || monthDay.MatchString(s) || dayMonth.MatchString(s)
	return isDate && !p.setDay(new(moment), s)
}

func (p *parser) sayNoDate() string {
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

func weekdayOf(s string) (time.Weekday, bool) {
	s = strings.ToLower(s)
	if len(s) < 3 {
		return 0, false
	}
	for wd := time.Sunday; wd <= time.Saturday; wd++ {
		if strings.HasPrefix(strings.ToLower(wd.String()), s) {
			return wd, true
		}
	}
	return 0, false
}

func monthOf(s string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), s[:3]) {
			return m
		}
	}
	return 0
}

// count reads a number in digits or words.
func count(s string) int {
	switch s {
	case "a", "an":
		return 1
	case "a couple of":
		return 2
	case "a few":
		return 3
	}
	if n, ok := numberWords[s]; ok {
		return n
	}
	return atoi(s)
}

var numberWords = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
	"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}
