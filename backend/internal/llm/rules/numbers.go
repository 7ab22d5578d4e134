package rules

import (
	"strings"
	"time"
)

// setNumbers reads 3/15, 15/3, 15.3. and the like. Where both numbers can be
// the month, a slash is read as in American English, a dot as in German.
func setNumbers(m *moment, today time.Time, s string) bool {
	if g := slashed.FindStringSubmatch(s); g != nil {
		month, day := atoi(g[1]), atoi(g[2])
		if month > 12 {
			month, day = day, month
		}
		return month <= 12 && setDate(m, today, yearOf(g[3]), time.Month(month), day)
	}
	if g := dotted.FindStringSubmatch(s); g != nil {
		return atoi(g[2]) <= 12 && setDate(m, today, yearOf(g[3]), time.Month(atoi(g[2])), atoi(g[1]))
	}
	return setHoliday(m, today, s)
}

func yearOf(s string) int {
	if year := atoi(s); len(s) != 2 {
		return year
	}
	return 2000 + atoi(s)
}

func setHoliday(m *moment, today time.Time, s string) bool {
	for _, h := range []struct {
		name  string
		month time.Month
		day   int
	}{
		{"christmas eve", 12, 24}, {"christmas", 12, 25}, {"xmas", 12, 25}, {"new year's eve", 12, 31},
		{"new year's day", 1, 1}, {"valentine's day", 2, 14}, {"halloween", 10, 31},
	} {
		if strings.HasPrefix(s, h.name) {
			return setDate(m, today, 0, h.month, h.day)
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

// half is "half an" as a number.
const half = -1

// nthOf reads "3rd", "3" or "third".
func nthOf(s string) int {
	if d := digits.FindString(s); d != "" {
		return atoi(d)
	}
	s = strings.ReplaceAll(s, "-", " ")
	tens, ones, _ := strings.Cut(s, " ")
	n := map[string]int{"twenty": 20, "thirty": 30}[tens]
	if n == 0 {
		ones = s
	}
	for i, name := range []string{
		"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
		"thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
	} {
		if ones == name {
			return n + i + 1
		}
	}
	if s == "thirtieth" {
		return 30
	}
	return 0
}

// count reads a number in digits or words.
func count(s string) int {
	switch s {
	case "half a", "half an":
		return half
	case "a couple":
		return 2
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
	"fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "forty five": 45, "forty-five": 45,
}
