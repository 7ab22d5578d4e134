package postgres

import (
	"context"
	"strconv"
	"strings"

	"todo-chatbot/backend/internal/todo"
)

// dueKey and priorityKey are the expressions of the indexes; a condition or an
// order written another way would not use them.
const (
	dueKey      = `coalesce(due_at, 'infinity')`
	priorityKey = `(CASE priority WHEN 'low' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END)`
	titleKey    = `lower(left(title, 100))`
)

// sortKeys is what each order sorts by before the id.
var sortKeys = map[todo.TaskSort]string{
	todo.SortCreated:  ``,
	todo.SortDue:      dueKey,
	todo.SortPriority: priorityKey,
	todo.SortTitle:    titleKey,
}

var priorityRank = map[todo.Priority]int{todo.PriorityLow: 1, todo.PriorityMedium: 2, todo.PriorityHigh: 3}

// matching is the condition for each status. The planner needs it written out
// to use the partial index.
var matching = map[todo.TaskStatus]string{
	todo.StatusAll:       ``,
	todo.StatusPending:   ` AND NOT completed`,
	todo.StatusCompleted: ` AND completed`,
	todo.StatusOverdue:   ` AND NOT completed AND ` + dueKey + ` < now()`,
}

// statement is an SQL text that grows with its arguments.
type statement struct {
	text strings.Builder
	args []any
}

// add appends text, in which each ? becomes the next of args.
func (s *statement) add(text string, args ...any) {
	for _, arg := range args {
		before, after, _ := strings.Cut(text, "?")
		s.args = append(s.args, arg)
		s.text.WriteString(before + "$" + strconv.Itoa(len(s.args)))
		text = after
	}
	s.text.WriteString(text)
}

// ListTasks implements todo.TaskStore.
func (db *DB) ListTasks(ctx context.Context, userID string, f todo.TaskFilter) ([]todo.Task, error) {
	s := listStatement(userID, f)
	return queryAll[todo.Task](ctx, db.on(ctx), s.text.String(), s.args...)
}

// listStatement only has the conditions that the filter asks for: the planner
// would have to guess about those that are switched off by a parameter.
func listStatement(userID string, f todo.TaskFilter) *statement {
	s := &statement{}
	s.add(`SELECT`+taskColumns+`FROM tasks WHERE user_id = ?`, userID)
	s.add(matching[f.Status])
	if f.Priority != "" {
		s.add(` AND `+priorityKey+` = ?`, priorityRank[f.Priority])
	}
	if f.Tag != "" {
		s.add(` AND ? = ANY (tags)`, f.Tag)
	}
	if f.Query != "" {
		s.add(` AND (search @@ plainto_tsquery('english', ?)
			OR title || ' ' || description || ' ' || array_to_string(tags, ' ') ILIKE ALL (?))`, f.Query, containing(f.Query))
	}
	if f.DueAfter != nil {
		s.add(` AND `+dueKey+` >= ? AND due_at IS NOT NULL`, f.DueAfter)
	}
	if f.DueBefore != nil {
		s.add(` AND `+dueKey+` < ?`, f.DueBefore)
	}
	s.addOrder(f)
	s.add(` LIMIT ?`, f.Limit+1)
	return s
}

// addOrder appends the order of the list, and where its page begins.
func (s *statement) addOrder(f todo.TaskFilter) {
	behind, direction := ` > `, ``
	if f.Descending {
		behind, direction = ` < `, ` DESC`
	}
	key := sortKeys[f.Sort]
	if key == "" {
		if f.After.ID != 0 {
			s.add(` AND id`+behind+`?`, f.After.ID)
		}
		s.add(` ORDER BY id` + direction)
		return
	}
	if f.After.ID != 0 {
		s.add(` AND (`+key+`, id)`+behind+`(`+cursorKey(f.Sort)+`, ?)`, cursorValue(f), f.After.ID)
	}
	s.add(` ORDER BY ` + key + direction + `, id` + direction)
}

// cursorKey makes a sort key of a cursor's value, as the index does of a task's.
func cursorKey(sort todo.TaskSort) string {
	switch sort {
	case todo.SortDue:
		return `coalesce(?::timestamptz, 'infinity')`
	case todo.SortTitle:
		return `lower(?)`
	default:
		return `?`
	}
}

func cursorValue(f todo.TaskFilter) any {
	switch f.Sort {
	case todo.SortDue:
		return f.After.DueAt
	case todo.SortTitle:
		return f.After.Title
	default:
		return priorityRank[f.After.Priority]
	}
}

var escapePattern = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// containing is a pattern for each word of a search, which finds it inside of
// other words too.
func containing(query string) []string {
	words := strings.Fields(query)
	for i, word := range words {
		words[i] = "%" + escapePattern.Replace(word) + "%"
	}
	return words
}
