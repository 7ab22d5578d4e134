package rules

import (
	"regexp"
	"strings"
	"time"
)

var (
	every = regexp.MustCompile(`(?i)(?:^|[\s,]+)(?:every|each) (?:(other|second|\d{1,2}(?: |$)) ?)?` +
		`(days?|mornings?|evenings?|nights?|weekdays?|weeks?|months?|years?|` + weekdays + `)(?:s?\b)(?: on (` + weekdays + `)s?\b)?`)
	// Adverbs count at either end only: "write the weekly report" is a title.
	adverb = regexp.MustCompile(`(?i)^(daily|weekly|monthly|yearly|annually)\b(?: on (` + weekdays + `)s?\b)?|` +
		`\s(daily|weekly|monthly|yearly|annually)(?: on (` + weekdays + `)s?)?[\s.!]*$`)
)

// takeRecurrence finds how often a task comes back. It returns an RFC 5545
// rule and s without those words.
func takeRecurrence(s string) (rule, rest string, ok bool) {
	if m := every.FindStringSubmatchIndex(s); m != nil {
		unit, interval, day := group(s, m, 2), strings.TrimSpace(group(s, m, 1)), group(s, m, 3)
		return frequency(unit, interval, day), cut(s, m[0], m[1]), true
	}
	if m := adverb.FindStringSubmatchIndex(s); m != nil {
		unit, day := group(s, m, 1)+group(s, m, 3), group(s, m, 2)+group(s, m, 4)
		return frequency(unit, "", day), cut(s, m[0], m[1]), true
	}
	return "", s, false
}

func frequency(unit, interval, day string) string {
	rule := "FREQ=DAILY"
	switch unit = strings.ToLower(unit); {
	case strings.HasPrefix(unit, "weekday"):
		return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
	case strings.HasPrefix(unit, "week"):
		rule = "FREQ=WEEKLY"
	case strings.HasPrefix(unit, "month"):
		rule = "FREQ=MONTHLY"
	case strings.HasPrefix(unit, "year"), unit == "annually":
		rule = "FREQ=YEARLY"
	default:
		if _, ok := weekdayOf(unit); ok {
			rule, day = "FREQ=WEEKLY", unit
		}
	}
	switch interval = strings.ToLower(interval); interval {
	case "", "0", "1":
	case "other", "second":
		rule += ";INTERVAL=2"
	default:
		rule += ";INTERVAL=" + interval
	}
	if wd, ok := weekdayOf(day); ok {
		rule += ";BYDAY=" + strings.ToUpper(wd.String()[:2])
	}
	return rule
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
