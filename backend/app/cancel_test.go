package app_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/app"
	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmtest"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/internal/config"
)

// withModel is a configuration whose model answers by script.
func withModel(database string, model *llmtest.Server) app.Config {
	cfg := testConfig(database)
	cfg.LLMProvider, cfg.OpenAIBaseURL, cfg.OpenAIModel, cfg.OpenAITimeout = app.ProviderOpenAI, config.URL(model.URL), "test-model", 10*time.Second
	return cfg
}

func TestCancel_ThroughAnotherBackend(t *testing.T) {
	t.Parallel()
	model := llmtest.NewServer(t,
		llmtest.Calls(llm.ToolCall{ID: "a", Name: "add_task", Arguments: json.RawMessage(`{"title":"Buy milk"}`)}),
		llmtest.Hang("I have added"),
	)
	db := pgtest.URL(t)
	one, _ := start(t, withModel(db, model))
	two, _ := start(t, withModel(db, model))
	p := signUp(t, one, nil)
	elsewhere := api.NewClient(two, nil).WithToken(p.token)
	var done *api.ChatResponse
	err := p.ChatStream(t.Context(), p.id, "key", api.ChatRequest{Message: "Add milk"}, func(e api.Event) error {
		switch {
		case e.Delta != nil && strings.HasPrefix(e.Delta.Text, "I have"):
			return elsewhere.CancelTurn(t.Context(), p.id, 1)
		case e.Done != nil:
			done = e.Done
		}
		return nil
	})
	if err != nil || done == nil || !strings.HasSuffix(done.Response, "What I did until then stays done.*") || len(done.ToolCalls) != 1 {
		t.Fatalf("got %+v, %v", done, err)
	}
	page, err := elsewhere.Messages(t.Context(), p.id, 1, api.Page{})
	if err != nil || len(page.Messages) != 2 || page.Messages[0].Content != done.Response {
		t.Errorf("the history has %+v, %v", page.Messages, err)
	}
	if err := elsewhere.CancelTurn(t.Context(), p.id, 2); codeOf(err) != api.CodeNotFound {
		t.Errorf("an absent conversation: %v", err)
	}
}

func TestMetrics_OfTheModel(t *testing.T) {
	t.Parallel()
	model := llmtest.NewServer(t, llmtest.Text("Hello."), llmtest.Status(http.StatusUnauthorized))
	backend, err := app.New(t.Context(), withModel(pgtest.URL(t), model), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	run(t, backend)
	p := signUp(t, backend.URL(), nil)
	if _, err := p.Chat(t.Context(), p.id, "", api.ChatRequest{Message: "Hello"}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Chat(t.Context(), p.id, "", api.ChatRequest{Message: "Hello"}); codeOf(err) != api.CodeUnavailable {
		t.Errorf("a bad key: %v", err)
	}
	resp, err := http.Get(backend.MetricsURL() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`todo_model_tokens_total{direction="input",provider="openai"} 11`,
		`todo_model_tokens_total{direction="output",provider="openai"} 7`,
		`todo_model_request_duration_seconds_count{outcome="ok",provider="openai"} 1`,
		`todo_model_request_duration_seconds_count{outcome="rejected",provider="openai"} 1`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
