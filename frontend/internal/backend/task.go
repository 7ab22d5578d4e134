package backend

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"todo-chatbot/backend/api"
)

// extent is how much of a list one page of ours shows at most, which bounds
// what it costs.
type extent struct{ pages, pageSize int }

var (
	// Side by side, a glance at both; what is done matters less.
	pendingGlance = extent{1, 50}
	doneGlance    = extent{1, 20}
	// Who filters wants to see them.
	filtered = extent{3, 100}
)

// TaskList are tasks, the newest first.
type TaskList struct {
	Pending, Done         []api.Task
	MorePending, MoreDone bool // there are older ones beyond what a page shows
}

// Tasks are the newest of the caller's tasks that have the status.
func (c *Client) Tasks(ctx context.Context, who Caller, status api.TaskStatus) (TaskList, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var list TaskList
	group, ctx := errgroup.WithContext(ctx)
	pending, done := pendingGlance, doneGlance
	if status == api.StatusPending || status == api.StatusCompleted {
		pending, done = filtered, filtered
	}
	if status != api.StatusCompleted {
		group.Go(func() (err error) {
			list.Pending, list.MorePending, err = c.newestTasks(ctx, who, api.StatusPending, pending)
			return err
		})
	}
	if status != api.StatusPending {
		group.Go(func() (err error) {
			list.Done, list.MoreDone, err = c.newestTasks(ctx, who, api.StatusCompleted, done)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return TaskList{}, fmt.Errorf("list tasks: %w", err)
	}
	return list, nil
}

// newestTasks reads up to the given extent; more tells that there are others
// behind it.
func (c *Client) newestTasks(ctx context.Context, who Caller, status api.TaskStatus, most extent) (tasks []api.Task, more bool, err error) {
	query := api.TaskQuery{Status: status, Order: api.OrderDescending, Limit: most.pageSize}
	for range most.pages {
		page, err := c.as(who).ListTasks(ctx, who.UserID, query)
		if err != nil {
			return nil, false, err
		}
		tasks = append(tasks, page.Tasks...)
		if page.NextCursor == "" {
			return tasks, false, nil
		}
		query.Cursor = page.NextCursor
	}
	return tasks, true, nil
}

// Task is one of the caller's tasks. api.CodeNotFound: there is none.
func (c *Client) Task(ctx context.Context, who Caller, id int64) (api.Task, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.as(who).Task(ctx, who.UserID, id)
}

// CreateTask adds a task. api.CodeInvalid names the fields.
func (c *Client) CreateTask(ctx context.Context, who Caller, in api.TaskInput) (api.Task, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.as(who).CreateTask(ctx, who.UserID, in)
}

// UpdateTask changes some fields. api.CodeInvalid names those that are wrong.
func (c *Client) UpdateTask(ctx context.Context, who Caller, id int64, in api.TaskPatch) (api.Task, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.as(who).UpdateTask(ctx, who.UserID, id, in)
}

// SetTaskCompleted completes or reopens a task.
func (c *Client) SetTaskCompleted(ctx context.Context, who Caller, id int64, completed bool) (api.Task, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.as(who).SetTaskCompleted(ctx, who.UserID, id, completed)
}

// DeleteTask removes a task.
func (c *Client) DeleteTask(ctx context.Context, who Caller, id int64) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return c.as(who).DeleteTask(ctx, who.UserID, id)
}
