package postgres

import "todo-chatbot/backend/internal/todo"

// The statements of the lists, for tests that look at their plans.
const (
	SelectConversations = selectConversations
	SelectMessages      = selectMessages
)

// ListStatement is the statement that ListTasks runs.
func ListStatement(userID string, f todo.TaskFilter) (sql string, args []any) {
	s := listStatement(userID, f)
	return s.text.String(), s.args
}
