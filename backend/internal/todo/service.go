package todo

import (
	"context"
	"fmt"
	"time"
)

// Service is the one implementation of what can be done with a user's tasks.
// REST, MCP and the chat all call it. It checks what it is given; the store
// decides about ownership, which is part of every query.
type Service struct {
	tasks TaskStore
	now   func() time.Time
}

// NewService makes a Service on a store.
func NewService(tasks TaskStore) *Service {
	return &Service{tasks: tasks, now: time.Now}
}

// CreateTask adds a task. CodeInvalid: a field breaks a rule.
func (s *Service) CreateTask(ctx context.Context, userID string, task Task) (Task, error) {
	task.normalize()
	if err := task.Validate(); err != nil {
		return Task{}, err
	}
	task.keepSeries(Task{})
	if task.Completed {
		now := s.now()
		task.CompletedAt = &now
	}
	created, err := s.tasks.CreateTask(ctx, userID, task)
	if err != nil {
		return Task{}, fmt.Errorf("create task: %w", err)
	}
	return created, nil
}

// FindTaskByID reads one task. CodeNotFound: the user has no such task.
func (s *Service) FindTaskByID(ctx context.Context, userID string, id int64) (Task, error) {
	task, err := s.tasks.FindTaskByID(ctx, userID, id)
	if err != nil {
		return Task{}, fmt.Errorf("find task %d: %w", id, taskError(err, id))
	}
	return task, nil
}

// ListTasks reads one page of tasks, and tells whether there are more.
// CodeInvalid: the filter breaks a rule.
func (s *Service) ListTasks(ctx context.Context, userID string, filter TaskFilter) (tasks []Task, more bool, err error) {
	if err := filter.normalize(); err != nil {
		return nil, false, err
	}
	tasks, err = s.tasks.ListTasks(ctx, userID, filter)
	if err != nil {
		return nil, false, fmt.Errorf("list tasks: %w", err)
	}
	tasks, more = page(tasks, filter.Limit)
	return tasks, more, nil
}

// page cuts the extra item off that a store gives to say that there are more.
func page[T any](items []T, limit int) (cut []T, more bool) {
	if len(items) > limit {
		return items[:limit], true
	}
	return items, false
}

// UpdateTask lets change alter a task; the times of completion are kept here.
// Completing a recurring task makes the next of its series, once.
// CodeNotFound: the user has no such task. CodeInvalid: the changed task
// breaks a rule.
func (s *Service) UpdateTask(ctx context.Context, userID string, id int64, change func(*Task)) (Task, error) {
	updated, err := s.tasks.UpdateTask(ctx, userID, id, func(task *Task, zone *time.Location) (*Task, error) {
		before := *task
		change(task)
		now := s.now()
		completed := task.Completed
		task.Completed, task.CompletedAt = before.Completed, before.CompletedAt
		task.SetCompleted(completed, now)
		task.normalize()
		if err := task.Validate(); err != nil {
			return nil, err
		}
		task.keepSeries(before)
		if before.Completed || !task.Completed {
			return nil, nil
		}
		return task.next(now, zone), nil
	})
	if err != nil {
		return Task{}, fmt.Errorf("update task %d: %w", id, taskError(err, id))
	}
	return updated, nil
}

// DeleteTask removes a task and returns it as it was. CodeNotFound: the user
// has no such task.
func (s *Service) DeleteTask(ctx context.Context, userID string, id int64) (Task, error) {
	task, err := s.tasks.DeleteTask(ctx, userID, id)
	if err != nil {
		return Task{}, fmt.Errorf("delete task %d: %w", id, taskError(err, id))
	}
	return task, nil
}

// taskError names the task that was not found.
func taskError(err error, id int64) error {
	if HasCode(err, CodeNotFound) {
		return Errorf(CodeNotFound, "There is no task %d.", id)
	}
	return err
}
