package rules

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// filter tells which tasks are meant. Empty fields let all pass.
type filter struct {
	status   string // pending, completed, overdue
	priority string
	tag      string
	kind     string // a word before "tasks": a tag or a word of the title
	about    string // words of the title
	quoted   bool
	from, to time.Time // due, or completed where that is the status; both zero, or only from
	when     string
	undated  bool // without a due date
	sort     string
	ids      []int64
}

// The states that list_tasks knows, beside all.
const (
	statusPending   = "pending"
	statusCompleted = "completed"
	statusOverdue   = "overdue"
)

// filter reads which tasks a clause is about.
func (p *parser) filter(s string) filter {
	var f filter
	switch {
	case isEitherText.MatchString(s):
	case isOverdueText.MatchString(s):
		f.status = statusOverdue
	case isPendingText.MatchString(s):
		f.status = statusPending
	case isCompletedText.MatchString(s):
		f.status = statusCompleted
	}
	if m := filterPriority.FindStringSubmatchIndex(s); m != nil {
		f.priority = priorityOf(group(s, m, 1) + group(s, m, 2) + group(s, m, 3))
		s = cut(s, m[0], m[1])
	}
	if m := filterTag.FindStringSubmatchIndex(s); m != nil {
		f.tag = strings.ToLower(group(s, m, 1))
		s = cut(s, m[0], m[1])
	}
	if undatedWords.MatchString(s) {
		f.undated = true
		s = undatedWords.ReplaceAllString(s, " ")
	}
	if m := sortWords.FindStringSubmatchIndex(s); m != nil {
		f.sort = sortOf(group(s, m, 1))
		s = cut(s, m[0], m[1])
	}
	s = p.takeDue(&f, s)
	if m := filterKind.FindStringSubmatch(s); m != nil && !noKind.MatchString(m[1]) && !isStatusAdverb.MatchString(m[1]) {
		f.kind = strings.TrimSuffix(strings.ToLower(m[1]), "-related")
	}
	if m := filterAbout.FindStringSubmatch(s); m != nil && f.kind == "" {
		f.setAbout(p, m[1])
	}
	return f
}

var (
	isStatusAdverb = regexp.MustCompile(`(?i)^(?:not|yet|still|just|only|incomplete|remaining|i|you|do|are|there|is|a|an|one|single|last|first|next)$`)
	noAbout        = regexp.MustCompile(`(?i)^(?:me\b.*|now|anything|something|everything|stuff|anyone|us|it|that|this|tasks?|priority|list|my list|a due date|.*\bpriority|due .*|each|all)[?.! ]*$`)
	dueWord        = regexp.MustCompile(`(?i)\b(?:due|by|before|until|for|on|this|next|today|tonight|tomorrow)\b|'s\b`)
	beforeWord     = regexp.MustCompile(`(?i)\b(?:by|before|until)\b`)
	nextDays       = regexp.MustCompile(`(?i)\b(?:in|within|over|during|for)? ?the (?:next|coming) (` + numbers + `|few|couple of)? ?(day|week|month)s?\b`)
	lastSpan       = regexp.MustCompile(`(?i)\b(?:(?:in|over|during) the )?(?:(last|past) (week|month|` + numbers + ` days)|(yesterday))\b`)
	undatedWords   = regexp.MustCompile(`(?i)\b(?:without|with no|have no|has no|that have no|missing|lacking) (?:an? |any )?(?:due dates?|dates?|deadlines?)\b|\bundated\b`)
	sortWords      = regexp.MustCompile(`(?i)\b(?:sort(?:ed)?|order(?:ed)?|arranged?|rank(?:ed)?)?(?: \S+){0,4}? ?by (?:their |the )?(due dates?|deadlines?|dates?|priority|importance|urgency|titles?|names?|alphabet)\b|\b(alphabetically)\b`)
	spanWord       = regexp.MustCompile(`(?i)\b(this|next) (week|month)\b`)
	possessiveDay  = regexp.MustCompile(`(?i)\b(today|tomorrow|week|month|(?:mon|tues|wednes|thurs|fri|satur|sun)day)'s\b`)
)

func (f *filter) setAbout(p *parser, s string) {
	s = strings.Trim(s, " ?.!,")
	if !readable(s) || noAbout.MatchString(s) {
		return
	}
	if q, ok := p.quoted(s); ok {
		f.about, f.quoted = q, true
		return
	}
	if f.about = p.plain(s); !strings.Contains(s, " ") {
		f.kind, f.about = strings.ToLower(f.about), "" // It may be a tag.
	}
}

// takeDue reads when the tasks are due: on a day, before one, or in a week or
// month.
func (p *parser) takeDue(f *filter, s string) string {
	s = possessiveDay.ReplaceAllString(s, "$1")
	if m := spanWord.FindStringSubmatchIndex(s); m != nil {
		f.setSpan(midnight(p.now), strings.ToLower(group(s, m, 1)), strings.ToLower(group(s, m, 2)))
		f.when = strings.ToLower(s[m[0]:m[1]])
		return cut(s, m[0], m[1])
	}
	if m := nextDays.FindStringSubmatchIndex(s); m != nil {
		return p.takeNextDays(f, s, m)
	}
	if m := lastSpan.FindStringSubmatchIndex(s); m != nil && f.status == statusCompleted {
		return p.takeLast(f, s, m)
	}
	if !dueWord.MatchString(s) {
		return s
	}
	m, rest, ok := p.takeMoment(strings.TrimRight(s, "?!. "))
	if !ok || m.day.IsZero() {
		return s
	}
	f.from, f.to = m.day, m.day.AddDate(0, 0, 1)
	f.when = sayDay(m.day, p.now)
	if beforeWord.MatchString(s) {
		f.from = time.Time{}
		f.when = "by " + strings.TrimPrefix(f.when, "on ")
	}
	return rest
}

// takeNextDays reads "in the next 3 days", which begin today.
func (p *parser) takeNextDays(f *filter, s string, m []int) string {
	n, unit := count(strings.ToLower(group(s, m, 1))), strings.ToLower(group(s, m, 2))
	switch strings.ToLower(group(s, m, 1)) {
	case "few":
		n = 3
	case "couple of":
		n = 2
	}
	today := midnight(p.now)
	var end moment
	p.setRelative(&end, max(n, 1), unit)
	f.from, f.to = today, end.day.AddDate(0, 0, 1)
	f.when = "by " + strings.TrimPrefix(sayDay(end.day, p.now), "on ")
	return cut(s, m[0], m[1])
}

// takeLast reads when something was completed.
func (p *parser) takeLast(f *filter, s string, m []int) string {
	today := midnight(p.now)
	f.to = today.AddDate(0, 0, 1)
	switch span := strings.ToLower(group(s, m, 2)); {
	case group(s, m, 3) != "":
		f.from, f.to, f.when = today.AddDate(0, 0, -1), today, "yesterday"
		return cut(s, m[0], m[1])
	case span == "week":
		f.from = today.AddDate(0, 0, -7)
	case span == "month":
		f.from = today.AddDate(0, -1, 0)
	default:
		f.from = today.AddDate(0, 0, -count(strings.Fields(span)[0]))
	}
	f.when = "since " + strings.TrimPrefix(sayDay(f.from, p.now), "on ")
	return cut(s, m[0], m[1])
}

// setSpan sets a week, from Monday, or a month.
func (f *filter) setSpan(today time.Time, which, unit string) {
	next := 0
	if which == "next" {
		next = 1
	}
	if unit == "month" {
		f.from = time.Date(today.Year(), today.Month()+time.Month(next), 1, 0, 0, 0, 0, today.Location())
		f.to = f.from.AddDate(0, 1, 0)
		return
	}
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	f.from = monday.AddDate(0, 0, 7*next)
	f.to = f.from.AddDate(0, 0, 7)
}

func (f filter) passes(k task, now time.Time) bool {
	switch f.status {
	case statusPending:
		if k.Completed {
			return false
		}
	case statusCompleted:
		if !k.Completed {
			return false
		}
	case statusOverdue:
		if k.Completed || k.DueAt == nil || !k.DueAt.Before(now) {
			return false
		}
	}
	return (f.priority == "" || k.Priority == f.priority) &&
		(f.tag == "" || hasTag(k, f.tag)) &&
		(f.kind == "" || hasTag(k, f.kind) || len(match([]task{k}, f.kind, false)) > 0) &&
		(f.about == "" || len(match([]task{k}, f.about, f.quoted)) > 0) &&
		(len(f.ids) == 0 || slices.Contains(f.ids, k.ID)) &&
		(!f.undated || k.DueAt == nil) &&
		f.passesDue(k)
}

// isWide tells whether all tasks pass.
func (f filter) isWide() bool {
	return f.status == "" && f.priority == "" && f.tag == "" && f.kind == "" && f.about == "" && len(f.ids) == 0 && f.to.IsZero() && !f.undated
}

func (f filter) passesDue(k task) bool {
	if f.to.IsZero() {
		return true
	}
	at := k.DueAt
	if f.status == statusCompleted {
		at = k.CompletedAt
	}
	return at != nil && !at.Before(f.from) && at.Before(f.to)
}

func hasTag(k task, tag string) bool {
	return slices.ContainsFunc(k.Tags, func(have string) bool { return strings.EqualFold(have, tag) })
}

// describe names the tasks of a filter, n of them: "pending tasks due today".
func (f filter) describe(n int) string {
	noun := "tasks"
	if n == 1 {
		noun = "task"
	}
	parts := []string{f.status}
	if f.priority != "" {
		parts = append(parts, f.priority+"-priority")
	}
	parts = append(parts, noun)
	if tag := f.tag + f.kind; tag != "" {
		parts = append(parts, "for “"+escape(tag)+"”")
	}
	if f.about != "" {
		parts = append(parts, "about “"+escape(shorten(f.about))+"”")
	}
	if f.undated {
		parts = append(parts, "without a due date")
	}
	if f.when != "" && f.status != statusCompleted {
		parts = append(parts, "due")
	}
	if f.when != "" {
		parts = append(parts, f.when)
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}
