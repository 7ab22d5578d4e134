package rules

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxLines = 50  // tasks that a reply lists
	maxShown = 120 // characters of a title that a reply shows
)

// special is what Markdown would take for markup. An underscore inside a word
// and an ampersand on its own are none.
var special = regexp.MustCompile("[\\\\`*\\[\\]<>~|]|\\b_|_\\b|&[#\\w]+;")

// escape makes text of a task, or of the user, safe to stand in Markdown.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case r != '\u200D' && unicode.In(r, unicode.Cf, unicode.Co):
			return -1
		}
		return r
	}, s)
	return special.ReplaceAllString(s, `\$0`)
}

// shorten cuts text that would fill the reply.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= maxShown {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:maxShown])) + "…"
}

// name gives "task 3, “Buy milk”".
func name(k task) string {
	if k.Title == "" {
		return fmt.Sprintf("task %d", k.ID)
	}
	return fmt.Sprintf("task %d, “%s”", k.ID, escape(shorten(k.Title)))
}

// name gives a task in the user's language.
func (t *turn) name(k task) string {
	word, ok := t.local("task")
	if !ok {
		return name(k)
	}
	if k.Title == "" {
		return fmt.Sprintf("%s %d", word, k.ID)
	}
	return fmt.Sprintf("%s %d, “%s”", word, k.ID, escape(shorten(k.Title)))
}

// lines lists tasks, one a line: "- **3** Buy milk · due tomorrow".
func (t *turn) lines(tasks []task) string {
	var b strings.Builder
	for i, k := range tasks {
		if i == maxLines {
			fmt.Fprintf(&b, "- …and %d more", len(tasks)-maxLines)
			break
		}
		fmt.Fprintf(&b, "- **%d** %s%s\n", k.ID, escape(shorten(k.Title)), t.remarks(k))
	}
	return strings.TrimRight(b.String(), "\n")
}

// remarks gives what is notable about a task, each after a dot.
func (t *turn) remarks(k task) string {
	var b strings.Builder
	if k.Completed {
		b.WriteString(" · " + t.or("done", "done"))
	}
	if k.Priority == "high" || k.Priority == "low" {
		b.WriteString(" · " + t.or(k.Priority+" priority", k.Priority+" priority"))
	}
	if k.DueAt != nil {
		if !k.Completed && k.DueAt.Before(t.now) {
			b.WriteString(" · **" + t.or("overdue", "overdue") + "**,")
		} else {
			b.WriteString(" ·")
		}
		b.WriteString(" " + t.or("due", "due") + " " + t.sayMoment(*k.DueAt))
	}
	for _, tag := range k.Tags {
		b.WriteString(" · #" + escape(tag))
	}
	return b.String()
}

// sayMoment gives a point in time in the user's language.
func (t *turn) sayMoment(at time.Time) string {
	if t.lang == nil {
		return sayMoment(at, t.now)
	}
	at = at.In(t.now.Location())
	day := at.Format(t.or("day", time.DateOnly))
	switch {
	case midnight(at).Equal(midnight(t.now)):
		day = t.or("today", day)
	case midnight(at).Equal(midnight(t.now.AddDate(0, 0, 1))):
		day = t.or("tomorrow", day)
	case midnight(at).Equal(midnight(t.now.AddDate(0, 0, -1))):
		day = t.or("yesterday", day)
	}
	if at.Hour() == 23 && at.Minute() == 59 {
		return day
	}
	return strings.Join(strings.Fields(day+" "+t.or("at", "at")+" "+at.Format("15:04")), " ")
}

// sayMoment gives a point in time as people say it, in the zone of now.
func sayMoment(at, now time.Time) string {
	at = at.In(now.Location())
	text := sayDay(at, now)
	if at.Hour() == 23 && at.Minute() == 59 {
		return text
	}
	return text + at.Format(" at 15:04")
}

func sayDay(at, now time.Time) string {
	// Noon to noon, because days with a change to summer time are shorter.
	days := int(midnight(at).Add(12*time.Hour).Sub(midnight(now)).Hours()) / 24
	switch {
	case midnight(at).Before(midnight(now).AddDate(0, 0, -1)):
	case midnight(at).Before(midnight(now)):
		return "yesterday"
	case days == 0:
		return "today"
	case days == 1:
		return "tomorrow"
	case days < 7:
		return "on " + at.Format("Monday")
	}
	if at.Year() != now.Year() {
		return "on " + at.Format("January 2, 2006")
	}
	return "on " + at.Format("Monday, January 2")
}

// plural gives "1 task" or "2 tasks".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// report says that something was done to tasks: in a sentence for one, in a
// list for several.
func (t *turn) report(done string, tasks []task) {
	if word, ok := t.local(done); ok && len(tasks) > 0 {
		if len(tasks) == 1 {
			t.say("%s: %s.", word, t.name(tasks[0]))
			return
		}
		t.say("%s:\n\n%s", word, t.lines(tasks))
		return
	}
	switch len(tasks) {
	case 0:
	case 1:
		t.say("%s %s.", done, name(tasks[0]))
	default:
		t.say("%s %s:\n\n%s", done, plural(len(tasks), "task"), t.lines(tasks))
	}
}
