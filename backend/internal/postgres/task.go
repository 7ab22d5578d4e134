package postgres

import (
	"context"

	"todo-chatbot/backend/internal/todo"
)

var _ todo.TaskStore = (*DB)(nil)

const taskColumns = ` id, title, description, completed, priority, tags, due_at, created_at, updated_at, completed_at `

// CreateTask implements todo.TaskStore.
func (db *DB) CreateTask(ctx context.Context, userID string, task todo.Task) (todo.Task, error) {
	created, err := queryOne[todo.Task](ctx, db.on(ctx), `
		WITH next AS (
			UPDATE users SET last_task_id = last_task_id + 1 WHERE id = $1 RETURNING last_task_id
		)
		INSERT INTO tasks (user_id, id, title, description, completed, priority, tags, due_at, completed_at)
		SELECT $1, last_task_id, $2, $3, $4, $5, $6, $7, $8 FROM next
		RETURNING`+taskColumns,
		userID, task.Title, task.Description, task.Completed, task.Priority, task.Tags, task.DueAt, task.CompletedAt)
	return created, accountGone(err)
}

// FindTaskByID implements todo.TaskStore.
func (db *DB) FindTaskByID(ctx context.Context, userID string, id int64) (todo.Task, error) {
	return queryOne[todo.Task](ctx, db.on(ctx),
		`SELECT`+taskColumns+`FROM tasks WHERE user_id = $1 AND id = $2`, userID, id)
}

// matching is the condition for each status. The planner needs it written out
// to use the partial index.
var matching = map[todo.TaskStatus]string{
	todo.StatusAll:       ``,
	todo.StatusPending:   ` AND NOT completed`,
	todo.StatusCompleted: ` AND completed`,
	todo.StatusOverdue:   ` AND NOT completed AND due_at < now()`,
}

// ListTasks implements todo.TaskStore.
func (db *DB) ListTasks(ctx context.Context, userID string, f todo.TaskFilter) ([]todo.Task, error) {
	behind, order := ` AND id > $2`, ` ORDER BY id`
	if f.Descending {
		behind, order = ` AND ($2 = 0 OR id < $2)`, ` ORDER BY id DESC`
	}
	return queryAll[todo.Task](ctx, db.on(ctx),
		`SELECT`+taskColumns+`FROM tasks WHERE user_id = $1`+behind+matching[f.Status]+order+` LIMIT $3`,
		userID, f.After, f.Limit+1)
}

// UpdateTask implements todo.TaskStore.
func (db *DB) UpdateTask(ctx context.Context, userID string, id int64, change func(*todo.Task) error) (todo.Task, error) {
	var updated todo.Task
	err := db.inTx(ctx, func(ctx context.Context) error {
		task, err := queryOne[todo.Task](ctx, db.on(ctx),
			`SELECT`+taskColumns+`FROM tasks WHERE user_id = $1 AND id = $2 FOR UPDATE`, userID, id)
		if err != nil {
			return err
		}
		if err := change(&task); err != nil {
			return err
		}
		updated, err = queryOne[todo.Task](ctx, db.on(ctx), `
			UPDATE tasks SET title = $3, description = $4, completed = $5, priority = $6, tags = $7, due_at = $8,
				completed_at = $9, updated_at = now()
			WHERE user_id = $1 AND id = $2 RETURNING`+taskColumns,
			userID, id, task.Title, task.Description, task.Completed, task.Priority, task.Tags, task.DueAt, task.CompletedAt)
		return err
	})
	return updated, err
}

// DeleteTask implements todo.TaskStore.
func (db *DB) DeleteTask(ctx context.Context, userID string, id int64) (todo.Task, error) {
	return queryOne[todo.Task](ctx, db.on(ctx),
		`DELETE FROM tasks WHERE user_id = $1 AND id = $2 RETURNING`+taskColumns, userID, id)
}
