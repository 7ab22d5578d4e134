package todo

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// The limits of a recurrence.
const (
	MaxRecurrence = 200 // characters
	maxInterval   = 1000
	maxCount      = 10_000
)

var (
	errNoRule = errors.New("no rule of RFC 5545")
	errNever  = errors.New("a rule without a day that exists")

	// recurrenceForm is what a rule may be made of. Parts of a day are left out,
	// because the due date has the time already.
	recurrenceForm = regexp.MustCompile(`^(?:(?:FREQ|INTERVAL|COUNT|UNTIL|WKST|BYDAY|BYMONTH|BYMONTHDAY|BYYEARDAY|BYWEEKNO|BYSETPOS)=[A-Z0-9,+-]+(?:;|$))+$`)
	untilDate      = regexp.MustCompile(`(?:^|;)UNTIL=\d{8}(?:;|$)`)
)

// normalRecurrence is a rule in the form that is stored: upper case, without
// the name that calendar files give it.
func normalRecurrence(rule string) string {
	rule = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(rule)), "RRULE:")
	return strings.TrimSuffix(rule, ";")
}

// checkRecurrence notes what is wrong with the task's rule.
func (t *Task) checkRecurrence(v *Invalid) {
	if t.Recurrence == "" {
		return
	}
	_, err := parseRecurrence(t.Recurrence, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	switch {
	case errors.Is(err, errNever):
		v.Add("recurrence", "names days that do not exist")
	case err != nil:
		v.Add("recurrence", "must be a rule of RFC 5545 by days, weeks, months or years, such as FREQ=WEEKLY;BYDAY=MO,TH")
	case t.DueAt == nil:
		v.Add("recurrence", "needs due_at, the first time that the task is due")
	}
}

// parseRecurrence reads a rule whose first time is start, in start's zone.
func parseRecurrence(text string, start time.Time) (*rrule.RRule, error) {
	if len(text) > MaxRecurrence || !recurrenceForm.MatchString(text) {
		return nil, errNoRule
	}
	option, err := rrule.StrToROptionInLocation(text, start.Location())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoRule, err)
	}
	switch {
	case option.Freq > rrule.DAILY,
		strings.Contains(text, "INTERVAL=") && (option.Interval < 1 || option.Interval > maxInterval),
		strings.Contains(text, "COUNT=") && (option.Count < 1 || option.Count > maxCount),
		option.Count > 0 && !option.Until.IsZero(): // RFC 5545, section 3.3.10
		return nil, errNoRule
	}
	until := option.Until
	option.Dtstart, option.Until = start, time.Time{}
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoRule, err)
	}
	if _, ok := rule.Iterator()(); !ok {
		return nil, errNever
	}
	if untilDate.MatchString(text) {
		until = until.AddDate(0, 0, 1).Add(-time.Second) // the whole of its last day
	}
	if !until.IsZero() {
		rule.Until(until)
	}
	return rule, nil
}

// keepSeries notes where a series of recurring tasks begins: at the due date,
// whenever that or the rule is new. Later tasks of the series are counted from
// there, so that a date which daylight saving moves once stays where it was.
func (t *Task) keepSeries(before Task) {
	same := t.Recurrence == before.Recurrence && equalTimes(t.DueAt, before.DueAt)
	switch {
	case t.Recurrence == "":
		t.SeriesStart = nil
	case !same || t.SeriesStart == nil:
		t.SeriesStart = t.DueAt
	}
}

// next is the task that follows a recurring one that was just completed: the
// first of its series that is still to come, by the clock of the user's zone.
// It is nil when the series is over.
func (t *Task) next(now time.Time, zone *time.Location) *Task {
	if t.Recurrence == "" || t.DueAt == nil || t.SeriesStart == nil || t.NextID != nil {
		return nil
	}
	rule, err := parseRecurrence(t.Recurrence, t.SeriesStart.In(zone))
	if err != nil {
		return nil // a rule that has no time in this zone is over
	}
	passed := *t.DueAt
	if passed.Before(now) {
		passed = now
	}
	due := rule.After(passed, false)
	if due.IsZero() || due.Year() > lastYear {
		return nil
	}
	return &Task{
		Title: t.Title, Description: t.Description, Priority: t.Priority, Tags: t.Tags,
		DueAt: &due, RemindAt: movedReminder(t.RemindAt, *t.DueAt, due), Recurrence: t.Recurrence, SeriesStart: t.SeriesStart,
	}
}

// movedReminder keeps a reminder as many days before its task, and at the same
// time of the day, as it was. due is in the user's zone.
func movedReminder(remind *time.Time, before, due time.Time) *time.Time {
	if remind == nil {
		return nil
	}
	zone := due.Location()
	days := civilDay(remind.In(zone)).Sub(civilDay(before.In(zone))) / (24 * time.Hour)
	hour, minute, second := remind.In(zone).Clock()
	year, month, day := due.Date()
	moved := time.Date(year, month, day+int(days), hour, minute, second, 0, zone)
	return &moved
}

// civilDay is a day as a time whose days all have 24 hours.
func civilDay(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func equalTimes(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
