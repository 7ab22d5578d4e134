package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/app"
	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmtest"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/internal/config"
)

// published are the eight sentences of the brief, with the tools that it names
// for each. The list before is that of withTasks.
var published = []struct {
	say   string
	calls []string
}{
	{"Add a task to buy groceries", []string{`add_task {"priority":"medium","title":"Buy groceries"}`}},
	{"Show me all my tasks", []string{`list_tasks {"status":"all"}`}},
	{"What's pending?", []string{`list_tasks {"status":"pending"}`}},
	{"Mark task 3 as complete", []string{`list_tasks {"status":"all"}`, `complete_task {"task_id":3}`}},
	{"Delete the meeting task", []string{`list_tasks {"status":"all"}`, `delete_task {"task_id":2}`}},
	{"Change task 1 to 'Call mom tonight'", []string{`list_tasks {"status":"all"}`, `update_task {"task_id":1,"title":"Call mom tonight"}`}},
	{"I need to remember to pay bills", []string{`add_task {"priority":"medium","title":"Pay bills"}`}},
	{"What have I completed?", []string{`list_tasks {"status":"completed"}`}},
}

func withTasks(t *testing.T, p person, titles ...string) {
	t.Helper()
	for _, title := range titles {
		if _, err := p.CreateTask(t.Context(), p.id, api.TaskInput{Title: title}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestChat_PublishedSentences(t *testing.T) {
	t.Parallel()
	for _, test := range published {
		t.Run(test.say, func(t *testing.T) {
			t.Parallel()
			p, _ := newPerson(t)
			withTasks(t, p, "Call dad", "Prepare the meeting", "Water the plants")
			answer, err := p.Chat(t.Context(), p.id, "", api.ChatRequest{Message: test.say})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, call := range answer.ToolCalls {
				if call.IsError {
					t.Errorf("%s failed: %s", call.Name, call.Result)
				}
				got = append(got, call.Name+" "+sorted(t, call.Arguments))
			}
			if diff := cmp.Diff(test.calls, got); diff != "" {
				t.Error(diff)
			}
			if answer.Response == "" || answer.ConversationID != 1 {
				t.Errorf("got %+v", answer)
			}
		})
	}
}

// sorted is JSON with the keys of its object in order.
func sorted(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestChat_AddBuyMilkTomorrow(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	if _, err := p.Chat(t.Context(), p.id, "", api.ChatRequest{Message: "add buy milk tomorrow"}); err != nil {
		t.Fatal(err)
	}
	task, err := p.Task(t.Context(), p.id, 1)
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tomorrow := time.Now().In(berlin).AddDate(0, 0, 1).Format("2006-01-02") + " 23:59"
	if task.Title != "Buy milk" || task.DueAt == nil || task.DueAt.In(berlin).Format("2006-01-02 15:04") != tomorrow {
		t.Errorf("got %+v, want it due %s", task, tomorrow)
	}
}

func TestChat_Streams(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	var names []string
	var text strings.Builder
	var done *api.ChatResponse
	err := p.ChatStream(t.Context(), p.id, "", api.ChatRequest{Message: "Add a task to buy groceries"}, func(e api.Event) error {
		switch {
		case e.Conversation != nil:
			names = append(names, fmt.Sprint("conversation ", e.Conversation.ConversationID))
		case e.ToolCall != nil:
			names = append(names, "call "+e.ToolCall.Name)
		case e.ToolResult != nil:
			names = append(names, fmt.Sprintf("result %s %v", e.ToolResult.Name, e.ToolResult.IsError))
		case e.Delta != nil:
			text.WriteString(e.Delta.Text)
		case e.Done != nil:
			done = e.Done
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"conversation 1", "call add_task", "result add_task false"}, names); diff != "" {
		t.Error(diff)
	}
	if done == nil || done.Response != text.String() || len(done.ToolCalls) != 1 {
		t.Errorf("the pieces are %q, the whole is %+v", text.String(), done)
	}
}

func TestChat_SameKeyHappensOnce(t *testing.T) {
	t.Parallel()
	p, _ := newPerson(t)
	request := api.ChatRequest{Message: "Add a task to buy groceries"}
	first, err := p.Chat(t.Context(), p.id, "key", request)
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.Chat(t.Context(), p.id, "key", request)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	page, err := p.ListTasks(t.Context(), p.id, api.TaskQuery{})
	if err != nil || len(page.Tasks) != 1 {
		t.Errorf("got %d tasks, %v", len(page.Tasks), err)
	}
}

// roundRobin sends each request to the next backend, like a Service without
// sticky sessions.
func roundRobin(t *testing.T, backends ...string) string {
	t.Helper()
	var next atomic.Int64
	proxy := httptest.NewServer(&httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		target, err := url.Parse(backends[int(next.Add(1))%len(backends)])
		if err != nil {
			panic(err)
		}
		r.SetURL(target)
	}})
	t.Cleanup(proxy.Close)
	return proxy.URL
}

func TestTwoBackends_OneConversation(t *testing.T) {
	t.Parallel()
	db := pgtest.URL(t)
	one, _ := start(t, testConfig(db))
	two, _ := start(t, testConfig(db))
	p := signUp(t, roundRobin(t, one, two), &http.Client{})
	conversation := int64(0)
	for i, turn := range []struct{ say, want string }{
		{"Add a task to buy milk", "Buy milk"},
		{"Add a task to call mom", "Call mom"},
		{"mark it as done", "Call mom"}, // only the history of the other replica knows what "it" is
		{"What's pending?", "Buy milk"},
	} {
		request := api.ChatRequest{Message: turn.say}
		if conversation != 0 {
			request.ConversationID = &conversation
		}
		answer, err := p.Chat(t.Context(), p.id, fmt.Sprint("key", i), request)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(answer.Response, turn.want) {
			t.Errorf("%q was answered with %q", turn.say, answer.Response)
		}
		conversation = answer.ConversationID
	}
	page, err := p.Messages(t.Context(), p.id, conversation, api.Page{})
	if err != nil || len(page.Messages) != 8 {
		t.Fatalf("got %d messages, %v", len(page.Messages), err)
	}
	if newest := page.Messages[0]; newest.Role != api.RoleAssistant || len(newest.ToolCalls) == 0 {
		t.Errorf("the newest message is %+v", newest)
	}
	conversations, err := p.Conversations(t.Context(), p.id, api.Page{})
	if err != nil || len(conversations.Conversations) != 1 || conversations.Conversations[0].Title != "Add a task to buy milk" {
		t.Errorf("got %+v, %v", conversations, err)
	}
}

func TestChat_ThroughAModel(t *testing.T) {
	t.Parallel()
	model := llmtest.NewServer(t,
		llmtest.Calls(llm.ToolCall{ID: "a", Name: "add_task", Arguments: json.RawMessage(`{"title":"Buy groceries"}`)}),
		llmtest.Text("Added **Buy groceries**."),
	)
	cfg := testConfig(pgtest.URL(t))
	cfg.LLMProvider, cfg.OpenAIBaseURL, cfg.OpenAIModel, cfg.OpenAITimeout = app.ProviderOpenAI, config.URL(model.URL), "test-model", 10*time.Second
	url, _ := start(t, cfg)
	p := signUp(t, url, nil)
	answer, err := p.Chat(t.Context(), p.id, "", api.ChatRequest{Message: "Add a task to buy groceries"})
	if err != nil {
		t.Fatal(err)
	}
	if answer.Response != "Added **Buy groceries**." || len(answer.ToolCalls) != 1 || answer.ToolCalls[0].IsError {
		t.Errorf("got %+v", answer)
	}
	if task, err := p.Task(t.Context(), p.id, 1); err != nil || task.Title != "Buy groceries" {
		t.Errorf("got %+v, %v", task, err)
	}
}

func TestShutdown_LetsARunningTurnEnd(t *testing.T) {
	t.Parallel()
	db := pgtest.URL(t)
	url, stop := start(t, testConfig(db))
	p := signUp(t, url, nil)
	begun := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- p.ChatStream(t.Context(), p.id, "key", api.ChatRequest{Message: "Add a task to buy milk"}, func(e api.Event) error {
			if e.Conversation != nil {
				close(begun)
			}
			return nil
		})
	}()
	<-begun
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the turn was cut: %v", err)
	}
}
