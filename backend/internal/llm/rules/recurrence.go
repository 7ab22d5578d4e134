package rules

import (
	"regexp"
	"strings"
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

// group gives submatch n of s, or "" when it took no part.
func group(s string, at []int, n int) string {
	if at[2*n] < 0 {
		return ""
	}
	return s[at[2*n]:at[2*n+1]]
}
