package postgres

import (
	"context"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

var _ todo.TaskStore = (*DB)(nil)

const taskColumns = ` id, title, description, completed, priority, tags, due_at, remind_at, recurrence, series_start, next_id,
	created_at, updated_at, completed_at `

// CreateTask implements todo.TaskStore.
func (db *DB) CreateTask(ctx context.Context, userID string, task todo.Task) (todo.Task, error) {
	created, err := queryOne[todo.Task](ctx, db.on(ctx), `
		WITH next AS (
			UPDATE users SET last_task_id = last_task_id + 1 WHERE id = $1 RETURNING last_task_id
		)
		INSERT INTO tasks (user_id, id, title, description, completed, priority, tags, due_at, completed_at, remind_at, recurrence, series_start)
		SELECT $1, last_task_id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM next
		RETURNING`+taskColumns,
		userID, task.Title, task.Description, task.Completed, task.Priority, task.Tags, task.DueAt, task.CompletedAt,
		task.RemindAt, task.Recurrence, task.SeriesStart)
	return created, accountGone(err)
}

// FindTaskByID implements todo.TaskStore.
func (db *DB) FindTaskByID(ctx context.Context, userID string, id int64) (todo.Task, error) {
	return queryOne[todo.Task](ctx, db.on(ctx),
		`SELECT`+taskColumns+`FROM tasks WHERE user_id = $1 AND id = $2`, userID, id)
}

// lockedTask is a task that nobody else can alter until the transaction ends.
type lockedTask struct {
	todo.Task
	TimeZone string
}

// UpdateTask implements todo.TaskStore.
func (db *DB) UpdateTask(ctx context.Context, userID string, id int64, change todo.TaskChange) (todo.Task, error) {
	var updated todo.Task
	err := db.inTx(ctx, func(ctx context.Context) error {
		locked, err := queryOne[lockedTask](ctx, db.on(ctx),
			`SELECT`+taskColumns+`, (SELECT time_zone FROM users WHERE users.id = user_id)
			FROM tasks WHERE user_id = $1 AND id = $2 FOR UPDATE`, userID, id)
		if err != nil {
			return err
		}
		task := locked.Task
		next, err := change(&task, auth.User{TimeZone: locked.TimeZone}.Location())
		if err != nil {
			return err
		}
		if next != nil {
			created, err := db.CreateTask(ctx, userID, *next)
			if err != nil {
				return err
			}
			task.NextID = &created.ID
		}
		updated, err = db.writeTask(ctx, userID, task)
		return err
	})
	return updated, err
}

func (db *DB) writeTask(ctx context.Context, userID string, task todo.Task) (todo.Task, error) {
	return queryOne[todo.Task](ctx, db.on(ctx), `
		UPDATE tasks SET title = $3, description = $4, completed = $5, priority = $6, tags = $7, due_at = $8,
			completed_at = $9, remind_at = $10, recurrence = $11, series_start = $12, next_id = $13, updated_at = now()
		WHERE user_id = $1 AND id = $2 RETURNING`+taskColumns,
		userID, task.ID, task.Title, task.Description, task.Completed, task.Priority, task.Tags, task.DueAt, task.CompletedAt,
		task.RemindAt, task.Recurrence, task.SeriesStart, task.NextID)
}

// DeleteTask implements todo.TaskStore.
func (db *DB) DeleteTask(ctx context.Context, userID string, id int64) (todo.Task, error) {
	return queryOne[todo.Task](ctx, db.on(ctx),
		`DELETE FROM tasks WHERE user_id = $1 AND id = $2 RETURNING`+taskColumns, userID, id)
}
