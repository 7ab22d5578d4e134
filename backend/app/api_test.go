package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/api"
)

func codeOf(err error) api.Code {
	var e *api.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestAuth(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	me, err := p.Me(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(api.User{ID: p.id, Email: "ada@example.com", Name: "Ada", TimeZone: "Europe/Berlin"}, me); diff != "" {
		t.Error(diff)
	}
	client := api.NewClient(url, nil)
	session, err := client.SignIn(t.Context(), api.SignInRequest{Email: " Ada@Example.com ", Password: "correct horse", TimeZone: "Asia/Karachi"})
	if err != nil || session.User.ID != p.id || session.User.TimeZone != "Asia/Karachi" || time.Until(session.ExpiresAt) < 50*time.Minute {
		t.Errorf("got %+v, %v", session, err)
	}
	for name, in := range map[string]api.SignInRequest{
		"a wrong password": {Email: "ada@example.com", Password: "wrong horse"},
		"nobody's email":   {Email: "eve@example.com", Password: "correct horse"},
		"nothing":          {},
		"a zero byte":      {Email: "a\x00@example.com", Password: "correct horse"},
	} {
		if _, err := client.SignIn(t.Context(), in); codeOf(err) != api.CodeUnauthenticated {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err = client.SignUp(t.Context(), api.SignUpRequest{Email: "ADA@example.com", Password: "another horse"})
	if codeOf(err) != api.CodeConflict {
		t.Errorf("got %v, want a conflict", err)
	}
}

func TestSignUp_NamesEveryBadField(t *testing.T) {
	t.Parallel()
	_, url := newPerson(t)
	_, err := api.NewClient(url, nil).SignUp(t.Context(), api.SignUpRequest{
		Email: "not an email", Password: "short", Name: strings.Repeat("n", 101), TimeZone: "Mars/Olympus",
	})
	var e *api.Error
	if !errors.As(err, &e) || e.Code != api.CodeInvalid {
		t.Fatalf("got %v", err)
	}
	for _, field := range []string{"email", "password", "name", "time_zone"} {
		if e.Field(field) == "" {
			t.Errorf("%s is not named in %+v", field, e.Fields)
		}
	}
}

func TestTasks(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	ctx := t.Context()
	due := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	created, err := p.CreateTask(ctx, p.id, api.TaskInput{
		Title: "  Buy \n milk ", Description: "2 l", Priority: api.PriorityHigh, Tags: []string{"#Shop", "shop", "home"}, DueAt: &due,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := api.Task{
		ID: 1, Title: "Buy milk", Description: "2 l", Priority: api.PriorityHigh, Tags: []string{"shop", "home"}, DueAt: &due,
		CreatedAt: created.CreatedAt, UpdatedAt: created.UpdatedAt,
	}
	if diff := cmp.Diff(want, created); diff != "" {
		t.Error(diff)
	}
	read, err := p.Task(ctx, p.id, 1)
	if err != nil || !cmp.Equal(created, read) {
		t.Errorf("read %+v, %v", read, err)
	}
	patched, err := p.UpdateTask(ctx, p.id, 1, api.TaskPatch{Title: api.Some("Buy oat milk"), DueAt: api.Null[time.Time]()})
	if err != nil || patched.Title != "Buy oat milk" || patched.DueAt != nil || patched.Priority != api.PriorityHigh {
		t.Errorf("patched %+v, %v", patched, err)
	}
	done, err := p.SetTaskCompleted(ctx, p.id, 1, true)
	if err != nil || !done.Completed || done.CompletedAt == nil {
		t.Errorf("completed %+v, %v", done, err)
	}
	again, err := p.SetTaskCompleted(ctx, p.id, 1, true)
	if err != nil || !again.CompletedAt.Equal(*done.CompletedAt) {
		t.Errorf("completing twice moved the time: %+v, %v", again, err)
	}
	replaced, err := p.ReplaceTask(ctx, p.id, 1, api.TaskInput{Title: "New"})
	if err != nil || replaced.Completed || replaced.CompletedAt != nil || replaced.Priority != api.PriorityMedium || len(replaced.Tags) != 0 {
		t.Errorf("replaced %+v, %v", replaced, err)
	}
	if err := p.DeleteTask(ctx, p.id, 1); err != nil {
		t.Error(err)
	}
	if _, err := p.Task(ctx, p.id, 1); codeOf(err) != api.CodeNotFound {
		t.Errorf("got %v", err)
	}
}

func TestTasks_ByEveryFilter(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	due := time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC)
	for _, title := range []string{"b", "a", "c"} {
		in := api.TaskInput{Title: "Letter " + title, Priority: api.PriorityHigh, Tags: []string{"post"}, DueAt: &due}
		if _, err := p.CreateTask(t.Context(), p.id, in); err != nil {
			t.Fatal(err)
		}
	}
	withTasks(t, p, "Another letter")
	query := api.TaskQuery{
		Status: api.StatusPending, Priority: api.PriorityHigh, Tag: "#Post", Query: "ette", DueAfter: due, DueBefore: due.Add(time.Second),
		Sort: api.SortTitle, Order: api.OrderDescending, Limit: 2,
	}
	first, err := p.ListTasks(t.Context(), p.id, query)
	if err != nil || len(first.Tasks) != 2 || first.Tasks[0].Title != "Letter c" || first.Tasks[1].Title != "Letter b" {
		t.Fatalf("got %+v, %v", first, err)
	}
	query.Cursor = first.NextCursor
	second, err := p.ListTasks(t.Context(), p.id, query)
	if err != nil || len(second.Tasks) != 1 || second.Tasks[0].Title != "Letter a" || second.NextCursor != "" {
		t.Errorf("got %+v, %v", second, err)
	}
}

func TestTasks_Recur(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t) // in Berlin
	ctx := t.Context()
	due := time.Date(2030, 3, 30, 8, 0, 0, 0, time.UTC)
	created, err := p.CreateTask(ctx, p.id, api.TaskInput{Title: "Water", DueAt: &due, RemindAt: &due, Recurrence: "RRULE:freq=daily"})
	if err != nil || created.Recurrence != "FREQ=DAILY" || !created.RemindAt.Equal(due) {
		t.Fatalf("created %+v, %v", created, err)
	}
	done, err := p.SetTaskCompleted(ctx, p.id, created.ID, true)
	if err != nil || done.NextID == nil {
		t.Fatalf("completed %+v, %v", done, err)
	}
	next, err := p.Task(ctx, p.id, *done.NextID)
	if err != nil || next.Completed || !next.DueAt.Equal(due.Add(23*time.Hour)) || !next.RemindAt.Equal(*next.DueAt) {
		t.Errorf("the next is %+v, %v", next, err)
	}
	once, err := p.UpdateTask(ctx, p.id, next.ID, api.TaskPatch{Recurrence: api.Null[string](), RemindAt: api.Null[time.Time]()})
	if err != nil || once.Recurrence != "" || once.RemindAt != nil {
		t.Errorf("got %+v, %v", once, err)
	}
	last, err := p.SetTaskCompleted(ctx, p.id, next.ID, true)
	if err != nil || last.NextID != nil {
		t.Errorf("it went on: %+v, %v", last, err)
	}
}

func TestTasks_PagesHoldEachTaskOnce(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	withTasks(t, p, strings.Split("abcdefg", "")...)
	var titles, cursor string
	for pages := 1; ; pages++ {
		page, err := p.ListTasks(t.Context(), p.id, api.TaskQuery{Limit: 3, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range page.Tasks {
			titles += task.Title
		}
		if cursor = page.NextCursor; cursor == "" {
			if pages != 3 || titles != "abcdefg" {
				t.Errorf("%d pages with %q", pages, titles)
			}
			return
		}
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	withTasks(t, p, "One")
	const jsonType = "application/json"
	mine := "/api/" + p.id
	for name, test := range map[string]struct {
		method, path, contentType, body string
		status                          int
		code                            api.Code
		field                           string
	}{
		"no JSON":                     {"POST", mine + "/tasks", jsonType, `{"title":`, 400, api.CodeMalformed, ""},
		"broken JSON":                 {"POST", mine + "/tasks", jsonType, `{title}`, 400, api.CodeMalformed, ""},
		"nothing":                     {"POST", mine + "/tasks", jsonType, ``, 400, api.CodeMalformed, ""},
		"two values":                  {"POST", mine + "/tasks", jsonType, `{"title":"a"}{"title":"b"}`, 400, api.CodeMalformed, ""},
		"an unknown field":            {"POST", mine + "/tasks", jsonType, `{"title":"a","colour":"red"}`, 400, api.CodeMalformed, ""},
		"a list":                      {"POST", mine + "/tasks", jsonType, `[]`, 400, api.CodeMalformed, ""},
		"a number for a date":         {"POST", mine + "/tasks", jsonType, `{"title":"a","due_at":5}`, 422, api.CodeInvalid, "due_at"},
		"neither done nor not":        {"PATCH", mine + "/tasks/1/complete", jsonType, `{"completed":null}`, 422, api.CodeInvalid, "completed"},
		"MCP over 1 MiB":              {"POST", "/mcp", jsonType, `{"x":"` + strings.Repeat("a", 1<<20) + `"}`, 413, api.CodeTooLarge, ""},
		"a wrong type":                {"POST", mine + "/tasks", jsonType, `{"title":7}`, 422, api.CodeInvalid, "title"},
		"a wrong type in PATCH":       {"PATCH", mine + "/tasks/1", jsonType, `{"completed":"yes"}`, 422, api.CodeInvalid, "completed"},
		"a null":                      {"PATCH", mine + "/tasks/1", jsonType, `{"title":null}`, 422, api.CodeInvalid, "title"},
		"a date that is none":         {"POST", mine + "/tasks", jsonType, `{"title":"a","due_at":"soon"}`, 422, api.CodeInvalid, "due_at"},
		"no title":                    {"POST", mine + "/tasks", jsonType, `{"title":"  "}`, 422, api.CodeInvalid, "title"},
		"a title of 501":              {"POST", mine + "/tasks", jsonType, `{"title":"` + strings.Repeat("ä", 501) + `"}`, 422, api.CodeInvalid, "title"},
		"a control character":         {"POST", mine + "/tasks", jsonType, `{"title":"a\u0000"}`, 422, api.CodeInvalid, "title"},
		"an unknown priority":         {"POST", mine + "/tasks", jsonType, `{"title":"a","priority":"huge"}`, 422, api.CodeInvalid, "priority"},
		"too many tags":               {"POST", mine + "/tasks", jsonType, `{"title":"a","tags":["` + strings.Join(strings.Split("abcdefghijklmnopqrstu", ""), `","`) + `"]}`, 422, api.CodeInvalid, "tags"},
		"a body over 1 MiB":           {"POST", mine + "/tasks", jsonType, `{"title":"` + strings.Repeat("a", 1<<20) + `"}`, 413, api.CodeTooLarge, ""},
		"another content type":        {"POST", mine + "/tasks", "text/plain", `{"title":"a"}`, 415, api.CodeUnsupportedMediaType, ""},
		"no content type":             {"POST", mine + "/tasks", "", `{"title":"a"}`, 415, api.CodeUnsupportedMediaType, ""},
		"an unknown status":           {"GET", mine + "/tasks?status=open", "", ``, 422, api.CodeInvalid, "status"},
		"an unknown order":            {"GET", mine + "/tasks?order=up", "", ``, 422, api.CodeInvalid, "order"},
		"a date beyond writing":       {"POST", mine + "/tasks", jsonType, `{"title":"a","due_at":"9999-12-31T23:59:59-14:00"}`, 422, api.CodeInvalid, "due_at"},
		"a mistyped filter":           {"GET", mine + "/tasks?state=all", "", ``, 422, api.CodeInvalid, "state"},
		"a limit of 101":              {"GET", mine + "/tasks?limit=101", "", ``, 422, api.CodeInvalid, "limit"},
		"a limit of 0":                {"GET", mine + "/tasks?limit=0", "", ``, 422, api.CodeInvalid, "limit"},
		"a limit of many":             {"GET", mine + "/tasks?limit=many", "", ``, 422, api.CodeInvalid, "limit"},
		"a cursor of one's own":       {"GET", mine + "/tasks?cursor=7", "", ``, 400, api.CodeMalformed, ""},
		"an unknown priority to list": {"GET", mine + "/tasks?priority=huge", "", ``, 422, api.CodeInvalid, "priority"},
		"an unknown sort":             {"GET", mine + "/tasks?sort=colour", "", ``, 422, api.CodeInvalid, "sort"},
		"a date of a list":            {"GET", mine + "/tasks?due_before=soon", "", ``, 422, api.CodeInvalid, "due_before"},
		"a long search":               {"GET", mine + "/tasks?q=" + strings.Repeat("a", 201), "", ``, 422, api.CodeInvalid, "q"},
		"a search of many words":      {"GET", mine + "/tasks?q=" + strings.Repeat("a+", 21), "", ``, 422, api.CodeInvalid, "q"},
		"a cursor of another order":   {"GET", mine + "/tasks?sort=due&cursor=eyJzIjoiY3JlYXRlZCIsImkiOjN9", "", ``, 422, api.CodeInvalid, "cursor"},
		"a reminder that is no time":  {"POST", mine + "/tasks", jsonType, `{"title":"a","due_at":"2030-01-01T09:00:00Z","remind_at":"soon"}`, 422, api.CodeInvalid, "remind_at"},
		"a rule that is none":         {"POST", mine + "/tasks", jsonType, `{"title":"a","due_at":"2030-01-01T09:00:00Z","recurrence":"daily"}`, 422, api.CodeInvalid, "recurrence"},
		"a rule without a date":       {"POST", mine + "/tasks", jsonType, `{"title":"a","recurrence":"FREQ=DAILY"}`, 422, api.CodeInvalid, "recurrence"},
		"an absent task":              {"GET", mine + "/tasks/999", "", ``, 404, api.CodeNotFound, ""},
		"a task beyond int64":         {"GET", mine + "/tasks/99999999999999999999", "", ``, 404, api.CodeNotFound, ""},
		"an absent conversation":      {"GET", mine + "/conversations/9/messages", "", ``, 404, api.CodeNotFound, ""},
		"chat without a message":      {"POST", mine + "/chat", jsonType, `{"message":" "}`, 422, api.CodeInvalid, "message"},
		"chat with too long one":      {"POST", mine + "/chat", jsonType, `{"message":"` + strings.Repeat("a", 10_001) + `"}`, 422, api.CodeInvalid, "message"},
		"chat in an absent one":       {"POST", mine + "/chat", jsonType, `{"message":"hi","conversation_id":9}`, 404, api.CodeNotFound, ""},
		"chat in a wrong one":         {"POST", mine + "/chat", jsonType, `{"message":"hi","conversation_id":"x"}`, 422, api.CodeInvalid, "conversation_id"},
		"another user":                {"GET", "/api/" + strings.Repeat("0", 36) + "/tasks", "", ``, 403, api.CodeForbidden, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), test.method, url+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+p.token)
			if test.contentType != "" {
				r.Header.Set("Content-Type", test.contentType)
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			checkProblem(t, resp, test.status, test.code, test.field)
		})
	}
}

func checkProblem(t *testing.T, resp *http.Response, status int, code api.Code, field string) {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var p api.Problem
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if resp.StatusCode != status || p.Status != status || p.Code != code || p.Detail == "" || p.RequestID == "" || p.RequestID != resp.Header.Get("X-Request-Id") {
		t.Errorf("status %d, body %s", resp.StatusCode, body)
	}
	if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	if field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != field) {
		t.Errorf("want %s named: %s", field, body)
	}
}

func TestMCP_OverHTTP(t *testing.T) {
	t.Parallel()
	p, url := newPerson(t)
	post := func(body string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/mcp", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+p.token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("status %d, %s, %v", resp.StatusCode, answer, err)
		}
		return string(answer)
	}
	for _, step := range []struct{ method, params, want string }{
		{"initialize", `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}`, `"serverInfo"`},
		{"tools/list", `{}`, `"add_task"`},
		{"tools/call", `{"name":"add_task","arguments":{"title":"Buy milk"}}`, `"structuredContent":{"task_id":1,"status":"created","title":"Buy milk"}`},
		{"tools/call", `{"name":"delete_task","arguments":{"task_id":7}}`, `There is no task 7. The only pending task is 1.`},
	} {
		answer := post(fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, step.method, step.params))
		if !strings.Contains(strings.ReplaceAll(answer, " ", ""), strings.ReplaceAll(step.want, " ", "")) {
			t.Errorf("%s answered %s", step.method, answer)
		}
	}
}
