package backend

import (
	"context"

	"todo-chatbot/backend/api"
)

const (
	taskPageSize = 100
	// maxTaskPages bounds what one page of ours shows and one list costs.
	maxTaskPages = 3
)

// Tasks are the caller's tasks of one status in the order of their ids; more
// tells that there are others beyond what a page shows.
func (c *Client) Tasks(ctx context.Context, who Caller, status api.TaskStatus) (tasks []api.Task, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	query := api.TaskQuery{Status: status, Limit: taskPageSize}
	for range maxTaskPages {
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
