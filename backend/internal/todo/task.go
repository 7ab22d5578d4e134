package todo

import (
	"context"
	"slices"
	"strings"
	"time"
)

// The limits of a task's fields, in characters.
const (
	MaxTitle       = 500
	MaxDescription = 5000
	MaxTag         = 50
	MaxTags        = 20
)

// The years in which a time of a task can be. Wider bounds would leave those of
// RFC 3339 in some time zone.
const (
	firstYear = 1900
	lastYear  = 9000
)

// Priority of a task.
type Priority string

// The priorities, from the least to the most urgent.
const (
	PriorityLow    Priority = "low"
	PriorityMedium Priority = "medium"
	PriorityHigh   Priority = "high"
)

// Priorities are all there are, in their order.
var Priorities = []Priority{PriorityLow, PriorityMedium, PriorityHigh}

// Task is one item of a user's list. ID counts from 1 for each user, so that
// "task 3" means what the user sees.
type Task struct {
	ID          int64
	Title       string
	Description string
	Completed   bool
	Priority    Priority
	Tags        []string
	DueAt       *time.Time
	RemindAt    *time.Time
	Recurrence  string     // a rule of RFC 5545 (RRULE), or ""
	SeriesStart *time.Time // when the first task of a recurring one's series was due
	NextID      *int64     // the task that completing this recurring one made
	CreatedAt   time.Time
	UpdatedAt   time.Time
	CompletedAt *time.Time // set while Completed
}

// normalize brings the fields that people write into the form that is stored.
func (t *Task) normalize() {
	t.Title = oneLine(t.Title)
	t.Description = strings.TrimSpace(t.Description)
	if t.Priority == "" {
		t.Priority = PriorityMedium
	}
	tags := make([]string, 0, len(t.Tags))
	for _, tag := range t.Tags {
		tag = normalTag(tag)
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	t.Tags = tags
	t.Recurrence = normalRecurrence(t.Recurrence)
}

func normalTag(tag string) string { return strings.ToLower(strings.TrimPrefix(oneLine(tag), "#")) }

// Validate names every field that breaks a rule, as an error of CodeInvalid.
func (t *Task) Validate() error {
	var v Invalid
	checkText(&v, "title", t.Title, 1, MaxTitle)
	checkText(&v, "description", t.Description, 0, MaxDescription)
	if !slices.Contains(Priorities, t.Priority) {
		v.Add("priority", "must be low, medium or high")
	}
	if len(t.Tags) > MaxTags {
		v.Add("tags", "must be at most %d", MaxTags)
	}
	for _, tag := range t.Tags {
		checkText(&v, "tags", tag, 1, MaxTag)
	}
	checkTime(&v, "due_at", t.DueAt)
	checkTime(&v, "remind_at", t.RemindAt)
	t.checkRecurrence(&v)
	return v.Err()
}

func checkTime(v *Invalid, field string, at *time.Time) {
	if at != nil && (at.UTC().Year() < firstYear || at.UTC().Year() > lastYear) {
		v.Add(field, "must be in the years %d to %d", firstYear, lastYear)
	}
}

// SetCompleted completes or reopens the task at the given time. Completing
// twice keeps the first time.
func (t *Task) SetCompleted(completed bool, now time.Time) {
	if completed == t.Completed {
		return
	}
	t.Completed = completed
	t.CompletedAt = nil
	if completed {
		t.CompletedAt = &now
	}
}

// TaskStatus selects tasks of a list.
type TaskStatus string

// The statuses that a list can be asked for. A task is overdue when it is
// pending and its due date has passed.
const (
	StatusAll       TaskStatus = "all"
	StatusPending   TaskStatus = "pending"
	StatusCompleted TaskStatus = "completed"
	StatusOverdue   TaskStatus = "overdue"
)

// TaskStatuses are all there are.
var TaskStatuses = []TaskStatus{StatusAll, StatusPending, StatusCompleted, StatusOverdue}

// The limits of a page of any list.
const (
	DefaultLimit = 50
	MaxLimit     = 100
)

// TaskSort is what a list is sorted by.
type TaskSort string

// The orders of a list; tasks that are equal in one are in the order of their
// ids. A task without a due date counts as due after all others, and titles are
// compared without regard to case.
const (
	SortCreated  TaskSort = "created"
	SortDue      TaskSort = "due"
	SortPriority TaskSort = "priority" // the least urgent first
	SortTitle    TaskSort = "title"
)

// TaskSorts are all there are.
var TaskSorts = []TaskSort{SortCreated, SortDue, SortPriority, SortTitle}

// The limits of a search, in characters and in words.
const (
	MaxQuery      = 200
	maxQueryWords = 20
)

// TaskFilter asks for a page of tasks: those that match every field that is
// set.
type TaskFilter struct {
	Status     TaskStatus // "" means all
	Priority   Priority
	Tag        string
	Query      string     // words that all occur in title, description or tags, whole or in part
	DueAfter   *time.Time // due then or later
	DueBefore  *time.Time // due before then
	Sort       TaskSort   // "" means created
	Descending bool
	After      TaskCursor // where the page before ended; zero for the first page
	Limit      int        // 0 means DefaultLimit
}

func (f *TaskFilter) normalize() error {
	if f.Status == "" {
		f.Status = StatusAll
	}
	if f.Sort == "" {
		f.Sort = SortCreated
	}
	f.Tag = normalTag(f.Tag)
	f.Query = oneLine(f.Query)
	var v Invalid
	if !slices.Contains(TaskStatuses, f.Status) {
		v.Add("status", "must be all, pending, completed or overdue")
	}
	if f.Priority != "" && !slices.Contains(Priorities, f.Priority) {
		v.Add("priority", "must be low, medium or high")
	}
	checkText(&v, "tag", f.Tag, 0, MaxTag)
	checkText(&v, "q", f.Query, 0, MaxQuery)
	if strings.Count(f.Query, " ") >= maxQueryWords {
		v.Add("q", "must have at most %d words", maxQueryWords)
	}
	checkTime(&v, "due_after", f.DueAfter)
	checkTime(&v, "due_before", f.DueBefore)
	if !slices.Contains(TaskSorts, f.Sort) {
		v.Add("sort", "must be created, due, priority or title")
	}
	if f.After != (TaskCursor{}) && (f.After.Sort != f.Sort || f.After.Descending != f.Descending) {
		v.Add("cursor", "belongs to a list in another order")
	}
	checkLimit(&v, &f.Limit)
	return v.Err()
}

func checkLimit(v *Invalid, limit *int) {
	if *limit == 0 {
		*limit = DefaultLimit
	}
	if *limit < 1 || *limit > MaxLimit {
		v.Add("limit", "must be from 1 to %d", MaxLimit)
	}
}

// TaskChange alters a task. A task that it returns besides is created in the
// same transaction and becomes the altered one's NextID. zone is the user's.
type TaskChange func(task *Task, zone *time.Location) (next *Task, err error)

// TaskStore keeps tasks. Every method is about the tasks of one user and
// returns CodeNotFound for an id that this user does not have, and
// CodeUnavailable when the store is away.
type TaskStore interface {
	// CreateTask stores a task under the user's next id and returns it.
	CreateTask(ctx context.Context, userID string, task Task) (Task, error)
	FindTaskByID(ctx context.Context, userID string, id int64) (Task, error)
	// ListTasks returns at most filter.Limit+1 tasks, the last of which only
	// tells that there are more.
	ListTasks(ctx context.Context, userID string, filter TaskFilter) ([]Task, error)
	// UpdateTask lets change alter a task that nobody else can alter
	// meanwhile, and stores it unless change returns an error.
	UpdateTask(ctx context.Context, userID string, id int64, change TaskChange) (Task, error)
	// DeleteTask removes a task and returns it as it was.
	DeleteTask(ctx context.Context, userID string, id int64) (Task, error)
}
