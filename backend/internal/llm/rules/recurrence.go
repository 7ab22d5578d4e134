package rules

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	dayList  = anyDay + `s?(?:(?:,? and |, ?| & |/)(?:on )?` + anyDay + `s?)*`
	interval = `(?:other|second|third|fourth|alternate|\d{1,2}|two|three|four|five|six|few)`
	partDay  = `(?:(?: in the| at)? (morning|afternoon|evening|night)s?)?`
)

// repeat is a way to say how often a task comes back. Its rule gets the
// submatches.
type repeat struct {
	pattern *regexp.Regexp
	rule    func(m []string) string
}

// repeatForms are tried in order.
var repeatForms = []repeat{
	{repeatPattern(`(?:on )?(?:the )?(` + nth + `|last day) (?:day )?of (?:every|each) month|(?:every|each) (?:month on (?:the )?)?(` + nth + `|last day)(?: day)?(?: of (?:the|each|every) month)`),
		func(m []string) string { return monthly(m[1] + m[2]) }},
	{repeatPattern(`(?:(?:every|each) month|monthly) on (?:the )?(` + nth + `|last day)`), func(m []string) string { return monthly(m[1]) }},
	{repeatPattern(`(?:every|each) (?:(` + interval + `) )?(` + dayList + `)` + partDay), func(m []string) string { return frequency("week", m[1], m[2]) }},
	{repeatPattern(`(?:every|each) (?:(` + interval + `) )?(weekdays?|weekends?|work(?:ing)? ?days?|business days?|days?|mornings?|afternoons?|evenings?|nights?|weeks?|fortnights?|months?|quarters?|years?)(?: on (` + dayList + `))?` + partDay),
		func(m []string) string { return frequency(m[2], m[1], m[3]) }},
	{regexp.MustCompile(`(?i)[\s,(]+(` + adverbRules + `)(?: on (` + dayList + `))?[\s.!)]*$`), func(m []string) string { return frequency(m[1], "", m[2]) }},
	{repeatPattern(`on (weekdays|weekends|work ?days|(?:mon|tues|wednes|thurs|fri|satur|sun)days(?:(?:,? and |, ?| & )(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)days)*)` + partDay), func(m []string) string {
		if strings.HasPrefix(strings.ToLower(m[1]), "we") && !strings.HasPrefix(strings.ToLower(m[1]), "wedn") || strings.HasPrefix(strings.ToLower(m[1]), "work") {
			return frequency(m[1], "", "")
		}
		return frequency("week", "", m[1])
	}},
	{repeatPattern(`once (?:a|per|every) (day|week|month|year)`), func(m []string) string { return frequency(m[1], "", "") }},
	// Adverbs count at either end only: "write the weekly report" is a title.
	{regexp.MustCompile(`(?i)^(` + adverbRules + `)\b(?: on (` + dayList + `))?`), func(m []string) string { return frequency(m[1], "", m[2]) }},
	{regexp.MustCompile(`(?i)[\s,]+(` + adverbRules + `)( at \d.*)$`), func(m []string) string { return frequency(m[1], "", "") }},
}

const adverbRules = `daily|nightly|weekly|bi-?weekly|fortnightly|monthly|bi-?monthly|quarterly|yearly|annually`

func repeatPattern(form string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[\s,(]+)(?:for |repeat(?:s|ing)? |recurring )?(?:` + form + `)(?:\b|$)`)
}

// takeRecurrence finds how often a task comes back. It returns an RFC 5545
// rule and s without those words; a part of the day stays as a time.
func takeRecurrence(s string) (rule, rest string, ok bool) {
	for _, form := range repeatForms {
		at := form.pattern.FindStringSubmatchIndex(s)
		if at == nil {
			continue
		}
		var m []string
		for i := range len(at) / 2 {
			m = append(m, group(s, at, i))
		}
		if rule = form.rule(m); rule == "" {
			continue
		}
		tail := s[at[1]:]
		last := m[len(m)-1]
		if strings.HasPrefix(last, " at ") {
			tail = last + tail
		} else if clock, ok := map[string]string{"morning": " at 9:00", "afternoon": " at 15:00", "evening": " at 18:00"}[strings.ToLower(last)]; ok && !hasClock.MatchString(s) {
			tail = clock + tail
		}
		return rule, strings.TrimSpace(s[:at[0]] + " " + tail), true
	}
	return "", s, false
}

var hasClock = regexp.MustCompile(`(?i)\b(?:at \d|\d{1,2}:\d{2}|\d ?[ap]m\b|noon|midnight)`)

func monthly(day string) string {
	if strings.HasPrefix(strings.ToLower(day), "last") {
		return "FREQ=MONTHLY;BYMONTHDAY=-1"
	}
	if n := nthOf(strings.ToLower(day)); n >= 1 && n <= 31 {
		return "FREQ=MONTHLY;BYMONTHDAY=" + strconv.Itoa(n)
	}
	return ""
}

var intervals = map[string]int{"other": 2, "second": 2, "alternate": 2, "third": 3, "fourth": 4, "few": 3}

// frequency gives the rule of a unit, every so many of it, on days of the week.
func frequency(unit, every, days string) string {
	n := atoi(every)
	if n == 0 {
		n = cmp.Or(intervals[strings.ToLower(every)], numberWords[strings.ToLower(every)], 1)
	}
	rule := "FREQ=DAILY"
	switch unit = strings.ToLower(unit); {
	case strings.HasPrefix(unit, "weekday"), strings.HasPrefix(unit, "work"), strings.HasPrefix(unit, "business"):
		return "FREQ=WEEKLY;BYDAY=" + weekdayCodes
	case strings.HasPrefix(unit, "weekend"):
		return "FREQ=WEEKLY;BYDAY=SA,SU"
	case strings.HasPrefix(unit, "week"):
		rule = "FREQ=WEEKLY"
	case strings.HasPrefix(unit, "bi") && strings.HasSuffix(unit, "weekly"), strings.HasPrefix(unit, "fortnight"):
		rule, n = "FREQ=WEEKLY", 2*n
	case strings.HasPrefix(unit, "month"):
		rule = "FREQ=MONTHLY"
	case strings.HasPrefix(unit, "bi"):
		rule, n = "FREQ=MONTHLY", 2*n
	case strings.HasPrefix(unit, "quarter"):
		rule, n = "FREQ=MONTHLY", 3*n
	case strings.HasPrefix(unit, "year"), unit == "annually":
		rule = "FREQ=YEARLY"
	case strings.HasPrefix(unit, "morning"), strings.HasPrefix(unit, "afternoon"), strings.HasPrefix(unit, "evening"), strings.HasPrefix(unit, "night"), strings.HasPrefix(unit, "da"):
	default:
		return ""
	}
	if n > 1 {
		rule += ";INTERVAL=" + strconv.Itoa(n)
	}
	if codes := dayCodes(days); codes != "" {
		rule += ";BYDAY=" + codes
	}
	return rule
}

var dayName = regexp.MustCompile(`(?i)` + anyDay)

// dayCodes gives "MO,TH" for "Mondays and Thursdays".
func dayCodes(days string) string {
	var codes []string
	for _, name := range dayName.FindAllString(days, -1) {
		if wd, ok := weekdayOf(name); ok {
			codes = append(codes, strings.ToUpper(wd.String()[:2]))
		}
	}
	return strings.Join(codes, ",")
}

// firstOf gives when a repeated task is due first: the first day of the rule
// that is not over.
func firstOf(rule string, due moment, now time.Time) moment {
	if !due.day.IsZero() || !due.exact.IsZero() {
		return due
	}
	for days := range 366 {
		due.day = midnight(now).AddDate(0, 0, days)
		if onRule(rule, due.day) && due.on(now).After(now) {
			break
		}
	}
	return due
}

// onRule tells whether a rule's days of the week or month include the day.
func onRule(rule string, day time.Time) bool {
	for part := range strings.SplitSeq(rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "BYDAY":
			if !strings.Contains(value, strings.ToUpper(day.Weekday().String()[:2])) {
				return false
			}
		case "BYMONTHDAY":
			if n := atoi(value); n > 0 && n != day.Day() || value == "-1" && day.AddDate(0, 0, 1).Day() != 1 {
				return false
			}
		}
	}
	return true
}

// sayRule gives a rule in words: "every 2 weeks on Monday".
func sayRule(rule string) string {
	units := map[string]string{"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
	var unit, interval, on string
	for part := range strings.SplitSeq(rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "FREQ":
			unit = units[value]
		case "INTERVAL":
			interval = value
		case "BYDAY":
			on = sayDays(value)
		case "BYMONTHDAY":
			on = " on day " + value
			if value == "-1" {
				on = " on the last day"
			}
		}
	}
	if interval == "" {
		return "every " + unit + on
	}
	return "every " + interval + " " + unit + "s" + on
}

func sayDays(list string) string {
	var names []string
	for _, short := range strings.Split(list, ",") {
		for wd := time.Sunday; wd <= time.Saturday; wd++ {
			if strings.HasPrefix(strings.ToUpper(wd.String()), short) {
				names = append(names, wd.String())
			}
		}
	}
	switch {
	case list == weekdayCodes:
		return " on weekdays"
	case len(names) > 1:
		return " on " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return " on " + strings.Join(names, "")
}

const weekdayCodes = "MO,TU,WE,TH,FR"

// group gives submatch n of s, or "" when it took no part.
func group(s string, at []int, n int) string {
	if at[2*n] < 0 {
		return ""
	}
	return s[at[2*n]:at[2*n+1]]
}
