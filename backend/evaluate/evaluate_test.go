package evaluate_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"todo-chatbot/backend/evaluate"
	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmtest"
	"todo-chatbot/backend/internal/llm/openai"
	"todo-chatbot/backend/internal/llm/rules"
)

const cases = `{"id":"add-1","turns":["add buy milk tomorrow"],"calls":[{"name":"add_task","arguments":{"title":"Buy milk","due_at":"@tomorrow"}}]}
{"id":"done-1","tasks":[{"title":"Buy milk"},{"title":"Call mom"}],"turns":["I called mom"],"calls":[{"name":"complete_task","arguments":{"task_id":2}}],"reply_has":["Call mom"]}
{"id":"del-1","tasks":[{"title":"Buy milk"},{"title":"Call mom"}],"turns":["delete everything"],"asks":true}
{"id":"none-1","turns":["hi"],"calls":[{"name":"add_task","arguments":{"title":"a miss on purpose"}}]}
`

// model is a scripted model that is as clever as the rules.
func model(t *testing.T) openai.Config {
	t.Helper()
	brain := rules.New()
	server := llmtest.NewModel(t, func(req llmtest.ChatRequest) llmtest.Step {
		res, err := brain.Complete(t.Context(), request(req), nil)
		if err != nil {
			return llmtest.Status(500)
		}
		if len(res.ToolCalls) > 0 {
			return llmtest.Calls(res.ToolCalls...)
		}
		return llmtest.Text(res.Text)
	})
	return openai.Config{BaseURL: server.URL, Model: "scripted", Timeout: time.Minute}
}

// request is what the endpoint got, as a provider gets it.
func request(req llmtest.ChatRequest) llm.Request {
	out := llm.Request{Now: evaluate.Now()}
	for _, m := range req.Messages {
		msg := llm.Message{Role: llm.Role(m.Role), Text: m.Content, ToolCallID: m.ToolCallID}
		for _, call := range m.ToolCalls {
			msg.ToolCalls = append(msg.ToolCalls, llm.ToolCall{ID: call.ID, Name: call.Function.Name, Arguments: json.RawMessage(call.Function.Arguments)})
		}
		if m.Role != "system" && m.Role != "developer" {
			out.Messages = append(out.Messages, msg)
		}
	}
	for _, tool := range req.Tools {
		out.Tools = append(out.Tools, llm.Tool{Name: tool.Function.Name, InputSchema: tool.Function.Parameters})
	}
	return out
}

// report runs and gives the report below its first line, without the times.
func report(t *testing.T, s evaluate.Settings) string {
	t.Helper()
	var out strings.Builder
	if err := evaluate.Run(t.Context(), s, &out); err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(out.String(), "\n")
	text, _, _ = strings.Cut(text, "; slowest")
	return text
}

// The rules, a model that thinks as they do, and what was recorded of it: the
// same report.
func TestRun(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file, recording := filepath.Join(folder, "cases.jsonl"), filepath.Join(folder, "answers.jsonl")
	if err := os.WriteFile(file, []byte(cases), 0o600); err != nil {
		t.Fatal(err)
	}
	files := []string{file}
	want := report(t, evaluate.Settings{Files: files})
	for _, text := range []string{
		"none-1", "expected: add_task", "done:     nothing", "add  1 of 1  100.0 %", "none  0 of 1    0.0 %", "all  3 of 4   75.0 %", "wrong task touched: 0",
	} {
		if !strings.Contains(want, text) {
			t.Errorf("the report lacks %q:\n%s", text, want)
		}
	}
	if got := report(t, evaluate.Settings{Files: files, Model: model(t), Record: recording}); got != want {
		t.Errorf("the model's report:\n%s\nthe rules':\n%s", got, want)
	}
	if got := report(t, evaluate.Settings{Files: files, Replay: recording}); got != want {
		t.Errorf("the replay's report:\n%s\nthe rules':\n%s", got, want)
	}
	if err := evaluate.Run(t.Context(), evaluate.Settings{Files: files, AtLeast: 80}, new(strings.Builder)); err == nil {
		t.Error("75 % passed for 80 %")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	if _, err := evaluate.Parse([]string{"-record", "x"}, none, new(strings.Builder)); err == nil {
		t.Error("recording without a model passed")
	}
	if _, err := evaluate.Parse([]string{"-colour"}, none, new(strings.Builder)); err == nil {
		t.Error("an unknown flag passed")
	}
	s, err := evaluate.Parse([]string{"-quiet", "a.jsonl"}, func(name string) string { return name }, new(strings.Builder))
	if err != nil || !s.Quiet || len(s.Files) != 1 || s.Model.Model != "OPENAI_MODEL" {
		t.Errorf("Parse = %+v, %v", s, err)
	}
}

// What make eval-record stored is measured again with every change, of the
// cases or of how they are judged.
func TestRun_Recorded(t *testing.T) {
	t.Parallel()
	recordings, err := filepath.Glob("testdata/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := filepath.Glob("../internal/llm/rules/testdata/cases/*.jsonl")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, recording := range recordings {
		t.Run(recording, func(t *testing.T) {
			t.Parallel()
			if err := evaluate.Run(t.Context(), evaluate.Settings{Files: cases, Replay: recording, Quiet: true, AtLeast: 80}, t.Output()); err != nil {
				t.Error(err)
			}
		})
	}
}
