package todo

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestTask_Recurrence(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	for rule, good := range map[string]bool{
		"FREQ=DAILY":       true,
		"rrule:freq=daily": true,
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU":     true,
		"FREQ=MONTHLY;BYDAY=-1FR":                        true,
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1":  true,
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29":            true,
		"FREQ=DAILY;COUNT=3":                             true,
		"FREQ=DAILY;UNTIL=20270101":                      true,
		"FREQ=DAILY;UNTIL=20270101T000000Z;":             true,
		"daily":                                          false,
		"FREQ=HOURLY":                                    false,
		"FREQ=DAILY;BYHOUR=9":                            false,
		"FREQ=DAILY;BYEASTER=1":                          false,
		"INTERVAL=2":                                     false,
		"FREQ=DAILY;INTERVAL=0":                          false,
		"FREQ=DAILY;INTERVAL=1001":                       false,
		"FREQ=DAILY;INTERVAL=99999999999999999999":       false,
		"FREQ=DAILY;COUNT=0":                             false,
		"FREQ=DAILY;COUNT=2;UNTIL=20270101":              false,
		"FREQ=DAILY;UNTIL=soon":                          false,
		"FREQ=MONTHLY;BYMONTHDAY=32":                     false,
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30":             false,
		"FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31":            false,
		"DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY":     false,
		"FREQ=DAILY;DTSTART=20260101T090000Z":            false,
		"FREQ=DAILY;BYDAY=" + strings.Repeat("MO,", 100): false,
		"FREQ=WEEKLY;;BYDAY=MO":                          false,
		"FREQ=DAILY; DROP TABLE tasks":                   false,
	} {
		task := Task{Title: "x", DueAt: &due, Recurrence: rule}
		task.normalize()
		err := task.Validate()
		if good != (err == nil) {
			t.Errorf("%s: %v", rule, err)
		}
		if err != nil && Public(err).Fields[0].Field != "recurrence" {
			t.Errorf("%s: %v names another field", rule, err)
		}
	}
	task := Task{Title: "x", Priority: PriorityLow, Recurrence: "FREQ=DAILY"}
	if err := task.Validate(); err == nil {
		t.Error("a task without a date recurs")
	}
}

func TestTask_Next(t *testing.T) {
	t.Parallel()
	const form = "2006-01-02 15:04"
	for name, test := range map[string]struct {
		rule, zone, start, due, now, want string
	}{
		"the next day":                      {"FREQ=DAILY", "UTC", "2026-01-01 09:00", "2026-01-01 09:00", "2026-01-01 08:00", "2026-01-02 09:00"},
		"what was missed is left out":       {"FREQ=DAILY", "UTC", "2026-01-01 09:00", "2026-01-01 09:00", "2026-01-05 10:00", "2026-01-06 09:00"},
		"in the series' own weeks":          {"FREQ=WEEKLY;INTERVAL=2", "UTC", "2026-01-05 09:00", "2026-01-05 09:00", "2026-01-13 10:00", "2026-01-19 09:00"},
		"clocks go forward":                 {"FREQ=DAILY", "Europe/Berlin", "2026-03-28 09:00", "2026-03-28 09:00", "2026-03-28 08:00", "2026-03-29 09:00"},
		"clocks go back":                    {"FREQ=DAILY", "Europe/Berlin", "2026-10-24 09:00", "2026-10-24 09:00", "2026-10-24 08:00", "2026-10-25 09:00"},
		"a time that the day lacks":         {"FREQ=DAILY", "Europe/Berlin", "2026-03-27 02:30", "2026-03-28 02:30", "2026-03-28 02:00", "2026-03-29 03:30"},
		"and its own time the day after":    {"FREQ=DAILY", "Europe/Berlin", "2026-03-27 02:30", "2026-03-29 03:30", "2026-03-29 04:00", "2026-03-30 02:30"},
		"where clocks change elsewhen":      {"FREQ=WEEKLY;BYDAY=SU", "America/New_York", "2026-03-01 02:30", "2026-03-08 03:30", "2026-03-08 04:00", "2026-03-15 02:30"},
		"months without that day":           {"FREQ=MONTHLY", "UTC", "2026-01-31 09:00", "2026-01-31 09:00", "2026-01-31 10:00", "2026-03-31 09:00"},
		"leap years":                        {"FREQ=YEARLY", "UTC", "2024-02-29 09:00", "2024-02-29 09:00", "2024-03-01 10:00", "2028-02-29 09:00"},
		"the last working day":              {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "UTC", "2026-01-30 09:00", "2026-01-30 09:00", "2026-01-30 10:00", "2026-02-27 09:00"},
		"the last one of three":             {"FREQ=DAILY;COUNT=3", "UTC", "2026-01-01 09:00", "2026-01-02 09:00", "2026-01-02 10:00", "2026-01-03 09:00"},
		"no more than three":                {"FREQ=DAILY;COUNT=3", "UTC", "2026-01-01 09:00", "2026-01-03 09:00", "2026-01-03 10:00", ""},
		"the last day in full":              {"FREQ=DAILY;UNTIL=20260102", "Asia/Karachi", "2026-01-01 23:00", "2026-01-01 23:00", "2026-01-01 10:00", "2026-01-02 23:00"},
		"not after it":                      {"FREQ=DAILY;UNTIL=20260102", "Asia/Karachi", "2026-01-01 23:00", "2026-01-02 23:00", "2026-01-02 10:00", ""},
		"not beyond what can be written":    {"FREQ=YEARLY;INTERVAL=1000", "UTC", "8900-01-01 09:00", "8900-01-01 09:00", "2026-01-01 09:00", ""},
		"a day that is not one of the rule": {"FREQ=WEEKLY;BYDAY=MO", "UTC", "2026-01-01 09:00", "2026-01-01 09:00", "2026-01-01 10:00", "2026-01-05 09:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			at := func(text string) time.Time {
				parsed, err := time.ParseInLocation(form, text, zone)
				if err != nil {
					t.Fatal(err)
				}
				return parsed
			}
			due, start := at(test.due), at(test.start)
			remind := due.AddDate(0, 0, -1)
			task := Task{ID: 1, Title: "Water", Tags: []string{"home"}, DueAt: &due, RemindAt: &remind, Recurrence: test.rule, SeriesStart: &start}
			next := task.next(at(test.now), zone)
			switch {
			case next == nil && test.want != "":
				t.Fatal("there is none")
			case next == nil:
				return
			}
			if got := next.DueAt.In(zone).Format(form); got != test.want {
				t.Fatalf("got %s, want %s", got, test.want)
			}
			if next.ID != 0 || next.Title != "Water" || next.Completed || !next.SeriesStart.Equal(start) || next.Recurrence != test.rule {
				t.Errorf("got %+v", next)
			}
			if gap := civilDay(next.DueAt.In(zone)).Sub(civilDay(next.RemindAt.In(zone))); gap != 24*time.Hour {
				t.Errorf("the reminder is %v before", gap)
			}
		})
	}
}

func TestTask_KeepSeries(t *testing.T) {
	t.Parallel()
	first, later := time.Unix(0, 0), time.Unix(1e6, 0)
	before := Task{Recurrence: "FREQ=DAILY", DueAt: &later, SeriesStart: &first}
	for name, test := range map[string]struct {
		task Task
		want *time.Time
	}{
		"another title":  {Task{Title: "x", Recurrence: "FREQ=DAILY", DueAt: new(later), SeriesStart: &first}, &first},
		"another date":   {Task{Recurrence: "FREQ=DAILY", DueAt: &first, SeriesStart: &first}, &first},
		"another rule":   {Task{Recurrence: "FREQ=WEEKLY", DueAt: &later, SeriesStart: &first}, &later},
		"no rule at all": {Task{DueAt: &later, SeriesStart: &first}, nil},
	} {
		test.task.keepSeries(before)
		if !equalTimes(test.task.SeriesStart, test.want) {
			t.Errorf("%s: the series starts at %v", name, test.task.SeriesStart)
		}
	}
}

func BenchmarkRecurrence_ThatNeverHappens(b *testing.B) {
	for b.Loop() {
		if _, err := parseRecurrence("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", time.Unix(0, 0)); err == nil {
			b.Fatal("it happens")
		}
	}
}
