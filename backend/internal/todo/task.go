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

// The years in which a task can be due. Wider bounds would leave those of
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
		tag = strings.ToLower(strings.TrimPrefix(oneLine(tag), "#"))
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	t.Tags = tags
}

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
	if t.DueAt != nil && (t.DueAt.UTC().Year() < firstYear || t.DueAt.UTC().Year() > lastYear) {
		v.Add("due_at", "must be in the years %d to %d", firstYear, lastYear)
	}
	return v.Err()
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

// TaskFilter asks for a page of tasks in the order of their ids.
type TaskFilter struct {
	Status     TaskStatus // "" means all
	Descending bool       // the newest first
	After      int64      // the last id of the page before, 0 for the first page
	Limit      int        // 0 means DefaultLimit
}

func (f *TaskFilter) normalize() error {
	if f.Status == "" {
		f.Status = StatusAll
	}
	var v Invalid
	if !slices.Contains(TaskStatuses, f.Status) {
		v.Add("status", "must be all, pending, completed or overdue")
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
	UpdateTask(ctx context.Context, userID string, id int64, change func(*Task) error) (Task, error)
	// DeleteTask removes a task and returns it as it was.
	DeleteTask(ctx context.Context, userID string, id int64) (Task, error)
}
