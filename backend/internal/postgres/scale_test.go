package postgres_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"todo-chatbot/backend/internal/postgres"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/backend/internal/todo"
)

// scaleUsers is how many users the large databases have.
const scaleUsers = 1000

// somebody is one of the users of fill.
const somebody = "00000000-0000-0000-0000-000000000017"

// fill makes users with tasks each. The tasks of all users are mixed, as they
// come to be in time.
func fill(t testing.TB, url string, users, tasks int) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	for _, sql := range []string{
		`ALTER TABLE tasks DISABLE TRIGGER USER`, // nobody watches
		fmt.Sprintf(`INSERT INTO users (id, email, name, password_hash, time_zone, last_task_id)
			SELECT ('00000000-0000-0000-0000-' || lpad(u::text, 12, '0'))::uuid, u || '@example.com', 'Ada', '', 'UTC', %d
			FROM generate_series(1, %d) u`, tasks, users),
		fmt.Sprintf(`INSERT INTO tasks (user_id, id, title, description, completed, completed_at, priority, tags, due_at)
			SELECT ('00000000-0000-0000-0000-' || lpad(u::text, 12, '0'))::uuid, n,
				(ARRAY['Buy', 'Call', 'Write', 'Mend'])[1 + n %% 4] || ' thing ' || n, 'A few words about ' || (n * 7919 %% 1000),
				n %% 3 = 0, CASE WHEN n %% 3 = 0 THEN now() END,
				(ARRAY['low', 'medium', 'high'])[1 + n %% 3], ARRAY['tag' || n %% 10, 'tag' || n %% 17],
				CASE WHEN n %% 2 = 0 THEN '2026-01-01Z'::timestamptz + n * interval '1 hour' END
			FROM generate_series(1, %d) n, generate_series(1, %d) u`, tasks, users),
		`INSERT INTO conversations (user_id, id, title, updated_at)
			SELECT id, n, 'About things', '2026-01-01Z'::timestamptz + n * interval '1 hour' FROM users, generate_series(1, 10) n`,
		`INSERT INTO turns (user_id, conversation_id, status) SELECT user_id, id, 'running' FROM conversations, generate_series(1, 3)`,
		`INSERT INTO messages (user_id, conversation_id, turn_id, role, content) SELECT user_id, conversation_id, id, 'user', 'Hello' FROM turns`,
		`ANALYZE`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

// everyFilter hands each combination of filters, orders and cursors to check.
func everyFilter(check func(todo.TaskFilter)) {
	from, to := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 9, 0, 0, 0, 0, time.UTC)
	last := todo.Task{ID: 50, Title: "Call thing 50", Priority: todo.PriorityMedium, DueAt: &from}
	for i := range 2 * 2 * 2 * 2 * 2 * 2 * 2 {
		on := func(bit int) bool { return i>>bit&1 == 1 }
		f := todo.TaskFilter{Descending: on(0), Limit: todo.DefaultLimit}
		if on(1) {
			f.Priority = todo.PriorityHigh
		}
		if on(2) {
			f.Tag = "tag3"
		}
		if on(3) {
			f.Query = "writing thing"
		}
		if on(4) {
			f.DueAfter = &from
		}
		if on(5) {
			f.DueBefore = &to
		}
		for _, status := range todo.TaskStatuses {
			for _, sort := range todo.TaskSorts {
				f.Status, f.Sort, f.After = status, sort, todo.TaskCursor{}
				if on(6) {
					f.After = f.Cursor(last)
				}
				check(f)
			}
		}
	}
}

// explain is what PostgreSQL would do for a statement.
func explain(t *testing.T, conn *pgx.Conn, sql string, args ...any) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), "EXPLAIN "+sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// TestLists_UseAnIndex looks at the plan of every list that can be asked for,
// where each user has a small part of everything.
func TestLists_UseAnIndex(t *testing.T) {
	t.Parallel()
	conn := fill(t, pgtest.URL(t), scaleUsers, 100)
	seen := 0
	everyFilter(func(f todo.TaskFilter) {
		seen++
		sql, args := postgres.ListStatement(somebody, f)
		if p := explain(t, conn, sql, args...); strings.Contains(p, "Seq Scan") {
			t.Errorf("%+v:\n%s", f, p)
		}
	})
	if seen != 2048 {
		t.Errorf("looked at %d plans", seen)
	}
	for name, p := range map[string]string{
		"the first conversations": explain(t, conn, postgres.SelectConversations, somebody, nil, 0, 51),
		"later conversations":     explain(t, conn, postgres.SelectConversations, somebody, time.Now(), 3, 51),
		"messages":                explain(t, conn, postgres.SelectMessages, somebody, 3, 1<<60, 51),
	} {
		if strings.Contains(p, "Seq Scan") {
			t.Errorf("%s:\n%s", name, p)
		}
	}
}

// TestLists_ReadNoMoreThanAPage looks at the plans of the lists without a
// filter: their index has the order already, so that nothing is sorted.
func TestLists_ReadNoMoreThanAPage(t *testing.T) {
	t.Parallel()
	conn := fill(t, pgtest.URL(t), 20, 1000)
	for sort, index := range map[todo.TaskSort]string{
		todo.SortCreated: "tasks_pkey", todo.SortDue: "tasks_by_due", todo.SortPriority: "tasks_by_priority", todo.SortTitle: "tasks_by_title",
	} {
		for _, descending := range []bool{false, true} {
			f := todo.TaskFilter{Sort: sort, Descending: descending, Status: todo.StatusAll, Limit: todo.DefaultLimit}
			first, firstArgs := postgres.ListStatement(somebody, f)
			f.After = f.Cursor(todo.Task{ID: 50, Title: "Call thing 50", Priority: todo.PriorityMedium, DueAt: new(time.Now())})
			second, secondArgs := postgres.ListStatement(somebody, f)
			for _, p := range []string{explain(t, conn, first, firstArgs...), explain(t, conn, second, secondArgs...)} {
				if !strings.Contains(p, index) || strings.Contains(p, "Sort") {
					t.Errorf("%s:\n%s", sort, p)
				}
			}
		}
	}
}

// BenchmarkListTasks_FirstPage compares a user's first page among a thousand
// tasks with the same page among a million.
func BenchmarkListTasks_FirstPage(b *testing.B) {
	for _, users := range []int{1, scaleUsers} {
		url := pgtest.URL(b)
		fill(b, url, users, 1000)
		db := pgtest.OpenURL(b, url)
		user := fmt.Sprintf("00000000-0000-0000-0000-%012d", (users+1)/2)
		for _, sort := range todo.TaskSorts {
			b.Run(fmt.Sprintf("%d_tasks/by_%s", users*1000, sort), func(b *testing.B) {
				for b.Loop() {
					f := todo.TaskFilter{Sort: sort, Status: todo.StatusPending, Limit: todo.DefaultLimit}
					if tasks, err := db.ListTasks(b.Context(), user, f); err != nil || len(tasks) != todo.DefaultLimit+1 {
						b.Fatalf("got %d tasks, %v", len(tasks), err)
					}
				}
			})
		}
	}
}
