package openai

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "sk-secret"

// newProvider returns a provider for srv that waits a millisecond to retry.
func newProvider(srv *llmtest.Server, maxRetries int) *Provider {
	p := New(Config{
		BaseURL: srv.URL + "/v1", APIKey: key, Model: "small",
		Timeout: 10 * time.Second, MaxRetries: maxRetries,
	})
	p.backoff = time.Millisecond
	return p
}

// ask completes a request with one user message; it returns the deltas too.
func ask(ctx context.Context, p *Provider) (llm.Response, []string, error) {
	var deltas []string
	res, err := p.Complete(ctx, llmtest.Request(llmtest.User("hello")), func(s string) { deltas = append(deltas, s) })
	return res, deltas, err
}

func call(id, name, args string) llm.ToolCall {
	return llm.ToolCall{ID: id, Name: name, Arguments: json.RawMessage(args)}
}

func TestProvider_Conformance(t *testing.T) {
	t.Parallel()
	llmtest.Exercise(t, func(t *testing.T) llm.Provider {
		return newProvider(llmtest.NewModel(t, func(req llmtest.ChatRequest) llmtest.Step {
			last := req.Messages[len(req.Messages)-1]
			if last.Role == "user" && strings.HasPrefix(last.Content, "Add") {
				return llmtest.Calls(call("", "add_task", `{"title":"Buy groceries"}`))
			}
			return llmtest.Text("Al", "right", ".")
		}), 0)
	})
}

func TestProvider_Complete(t *testing.T) {
	t.Parallel()
	add := call("a", "add_task", `{"title":"Buy milk"}`)
	list := call("b", "list_tasks", `{"status":"all"}`)
	counted := llm.Usage{InputTokens: 11, OutputTokens: 7}
	oneDelta := func(delta map[string]any) llmtest.Step {
		return llmtest.Chunks(llmtest.Delta(delta), llmtest.Finish("stop"), "[DONE]")
	}
	pieces := func(calls ...any) map[string]any { return map[string]any{"tool_calls": calls} }
	type object = map[string]any

	tests := map[string]struct {
		step   llmtest.Step
		want   llm.Response
		deltas []string
	}{
		"text": {
			step: llmtest.Text("Hel", "lo", "!"), deltas: []string{"Hel", "lo", "!"},
			want: llm.Response{Text: "Hello!", Usage: counted},
		},
		"a call in pieces": {
			step: llmtest.Calls(add),
			want: llm.Response{ToolCalls: []llm.ToolCall{add}, Usage: counted},
		},
		"two calls": {
			step: llmtest.Calls(add, list),
			want: llm.Response{ToolCalls: []llm.ToolCall{add, list}, Usage: counted},
		},
		"text and a call": {
			step: llmtest.Say([]string{"Let me see."}, list), deltas: []string{"Let me see."},
			want: llm.Response{Text: "Let me see.", ToolCalls: []llm.ToolCall{list}, Usage: counted},
		},
		"calls that take turns": {
			step: llmtest.Chunks(
				llmtest.Delta(pieces(object{"index": 0, "id": "a", "function": object{"name": "add_task", "arguments": `{"title":`}})),
				llmtest.Delta(pieces(object{"index": 1, "id": "b", "function": object{"name": "list_tasks", "arguments": `{"status":`}})),
				llmtest.Delta(pieces(object{"index": 0, "function": object{"arguments": `"Buy milk"}`}},
					object{"index": 1, "function": object{"arguments": `"all"}`}})),
				llmtest.Finish("tool_calls"), "[DONE]"),
			want: llm.Response{ToolCalls: []llm.ToolCall{add, list}},
		},
		"every call has index 0": {
			step: oneDelta(pieces(
				object{"index": 0, "id": "a", "function": object{"name": "add_task", "arguments": string(add.Arguments)}},
				object{"index": 0, "id": "b", "function": object{"name": "list_tasks", "arguments": string(list.Arguments)}})),
			want: llm.Response{ToolCalls: []llm.ToolCall{add, list}},
		},
		"IDs missing and arguments empty": {
			step: oneDelta(pieces(
				object{"index": 0, "function": object{"name": "list_tasks"}},
				object{"index": 1, "function": object{"name": "list_tasks", "arguments": " "}})),
			want: llm.Response{ToolCalls: []llm.ToolCall{
				call("call_1", "list_tasks", "{}"), call("call_2", "list_tasks", "{}"),
			}},
		},
		"the same ID twice": {
			step: oneDelta(pieces(
				object{"index": 0, "id": "list_tasks", "function": object{"name": "list_tasks", "arguments": "{}"}},
				object{"index": 1, "id": "list_tasks", "function": object{"name": "list_tasks", "arguments": "{}"}})),
			want: llm.Response{ToolCalls: []llm.ToolCall{
				call("list_tasks", "list_tasks", "{}"), call("call_2", "list_tasks", "{}"),
			}},
		},
		"reasoning is not text": {
			step: llmtest.Chunks(
				llmtest.Delta(object{"role": "assistant", "content": nil, "reasoning": "hmm"}),
				llmtest.Delta(object{"content": "", "reasoning_content": "so", "reasoning_details": []any{object{"text": "so"}}}),
				llmtest.Delta(object{"content": "Yes."}), llmtest.Finish("stop")),
			want: llm.Response{Text: "Yes."}, deltas: []string{"Yes."},
		},
		"cut off": {
			step: llmtest.Chunks(llmtest.Delta(object{"content": "Once upon"}), llmtest.Finish("length"), "[DONE]"),
			want: llm.Response{Text: "Once upon" + cutOff}, deltas: []string{"Once upon", cutOff},
		},
		"a call cut off": {
			step: llmtest.Chunks(llmtest.Delta(pieces(object{"index": 0, "id": "a", "function": object{"name": "add_task", "arguments": `{"title":`}})),
				llmtest.Finish("length"), "[DONE]"),
			want: llm.Response{ToolCalls: []llm.ToolCall{call("a", "add_task", `{"title":`)}},
		},
		"held back": {
			step: llmtest.Chunks(llmtest.Finish("content_filter"), "[DONE]"),
			want: llm.Response{Text: filtered}, deltas: []string{filtered},
		},
		"refusal": {
			step: oneDelta(object{"refusal": "No."}),
			want: llm.Response{Text: "No."}, deltas: []string{"No."},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, deltas, err := ask(t.Context(), newProvider(llmtest.NewServer(t, tt.step), 0))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("response (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.deltas, deltas); diff != "" {
				t.Errorf("deltas (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProvider_Complete_Failure(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxAnswerBytes+1)
	tests := map[string]struct {
		step       llmtest.Step
		kind       llm.ErrorKind
		retryAfter time.Duration
	}{
		"400":                 {step: llmtest.Status(400), kind: llm.KindRejected},
		"401":                 {step: llmtest.Status(401), kind: llm.KindRejected},
		"403":                 {step: llmtest.Status(403), kind: llm.KindRejected},
		"404":                 {step: llmtest.Status(404), kind: llm.KindRejected},
		"404, no JSON":        {step: plain(404, "<html>"), kind: llm.KindRejected},
		"408":                 {step: llmtest.Status(408), kind: llm.KindUnavailable},
		"409":                 {step: llmtest.Status(409), kind: llm.KindUnavailable},
		"429":                 {step: llmtest.Status(429, "Retry-After", "30"), kind: llm.KindRateLimited, retryAfter: 30 * time.Second},
		"500":                 {step: llmtest.Status(500), kind: llm.KindUnavailable},
		"503":                 {step: llmtest.Status(503, "Retry-After-Ms", "1500"), kind: llm.KindUnavailable, retryAfter: 1500 * time.Millisecond},
		"cut stream":          {step: llmtest.Cut("Hel"), kind: llm.KindUnavailable},
		"ends without end":    {step: llmtest.Chunks(llmtest.Delta(map[string]any{"content": "Hel"})), kind: llm.KindUnavailable},
		"error event":         {step: llmtest.Chunks(`{"error":{"message":"overloaded"}}`), kind: llm.KindUnavailable},
		"error event 429":     {step: llmtest.Chunks(`{"error":{"message":"slow","code":429}}`), kind: llm.KindRateLimited},
		"a web page":          {step: plain(200, "<html><body>Hello</body></html>"), kind: llm.KindInvalid},
		"broken JSON":         {step: llmtest.Chunks(`{"choices":[`), kind: llm.KindInvalid},
		"empty answer":        {step: llmtest.Chunks(llmtest.Finish("stop"), "[DONE]"), kind: llm.KindInvalid},
		"cut off at once":     {step: llmtest.Chunks(llmtest.Finish("length"), "[DONE]"), kind: llm.KindInvalid},
		"too long, OpenAI":    {step: llmtest.Fail(400, "context_length_exceeded", "secret words"), kind: llm.KindTooLong},
		"too long, vLLM":      {step: llmtest.Fail(400, 400, "This model's maximum context length is 8192 tokens."), kind: llm.KindTooLong},
		"too long, new vLLM":  {step: llmtest.Fail(400, 400, "However, the model's context length is only 1024 tokens"), kind: llm.KindTooLong},
		"too long, Gemini":    {step: llmtest.Fail(400, 400, "The input token count exceeds the maximum number of tokens allowed"), kind: llm.KindTooLong},
		"too long, llama.cpp": {step: llmtest.Fail(400, 400, "the request exceeds the available context size"), kind: llm.KindTooLong},
		"too long, in stream": {step: llmtest.Chunks(`{"error":{"message":"maximum context length","code":400}}`), kind: llm.KindTooLong},
		"busy, not too long":  {step: llmtest.Fail(429, "rate_limit_exceeded", "tokens per minute; reduce the length"), kind: llm.KindRateLimited},
		"a call of no name":   {step: llmtest.Calls(call("a", "", "{}")), kind: llm.KindInvalid},
		"an answer too large": {step: llmtest.Text(long), kind: llm.KindInvalid},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := ask(t.Context(), newProvider(llmtest.NewServer(t, tt.step), 0))
			var failed *llm.Error
			if !errors.As(err, &failed) {
				t.Fatalf("error = %v, want an *llm.Error", err)
			}
			if failed.Kind != tt.kind || failed.RetryAfter != tt.retryAfter {
				t.Errorf("error = %q, retry after %v; want kind %s, %v", err, failed.RetryAfter, tt.kind, tt.retryAfter)
			}
			if strings.Contains(err.Error(), key) || strings.Contains(err.Error(), "secret words") {
				t.Errorf("error %q tells too much", err)
			}
		})
	}
}

func plain(status int, body string) llmtest.Step {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestProvider_Complete_Retry(t *testing.T) {
	t.Parallel()
	ok := llmtest.Text("Hello")
	tests := map[string]struct {
		steps []llmtest.Step // all of them are asked for
		kind  llm.ErrorKind  // empty when it ends well
	}{
		"429 then well":          {steps: []llmtest.Step{llmtest.Status(429, "Retry-After-Ms", "1"), ok}},
		"408, 409 then well":     {steps: []llmtest.Step{llmtest.Status(408), llmtest.Status(409), ok}},
		"dropped then well":      {steps: []llmtest.Step{llmtest.Cut(), ok}},
		"500 to the end":         {steps: []llmtest.Step{llmtest.Status(500), llmtest.Status(502), llmtest.Status(503)}, kind: llm.KindUnavailable},
		"never after text":       {steps: []llmtest.Step{llmtest.Cut("Hel")}, kind: llm.KindUnavailable},
		"never a bad key":        {steps: []llmtest.Step{llmtest.Status(401)}, kind: llm.KindRejected},
		"empty then well":        {steps: []llmtest.Step{llmtest.Chunks(llmtest.Finish("stop")), ok}},
		"never what is too long": {steps: []llmtest.Step{llmtest.Fail(400, "context_length_exceeded", "")}, kind: llm.KindTooLong},
		"never nonsense":         {steps: []llmtest.Step{llmtest.Chunks("nonsense")}, kind: llm.KindInvalid},
		"not if asked to leave":  {steps: []llmtest.Step{llmtest.Status(429, "Retry-After", "3600")}, kind: llm.KindRateLimited},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := llmtest.NewServer(t, tt.steps...)
			res, _, err := ask(t.Context(), newProvider(srv, 2))
			var failed *llm.Error
			switch {
			case tt.kind == "" && (err != nil || res.Text != "Hello"):
				t.Errorf("Complete = %+v, %v, want Hello", res, err)
			case tt.kind != "" && (!errors.As(err, &failed) || failed.Kind != tt.kind):
				t.Errorf("error = %v, want kind %s", err, tt.kind)
			}
			if got := len(srv.Requests()); got != len(tt.steps) {
				t.Errorf("%d requests, want %d", got, len(tt.steps))
			}
		})
	}
}

func TestProvider_Complete_NoServer(t *testing.T) {
	t.Parallel()
	p := New(Config{BaseURL: "http://127.0.0.1:1/v1", APIKey: key, Model: "small"})
	_, _, err := ask(t.Context(), p)
	var failed *llm.Error
	if !errors.As(err, &failed) || failed.Kind != llm.KindUnavailable {
		t.Errorf("error = %v, want kind %s", err, llm.KindUnavailable)
	}
}

func TestProvider_Complete_Timeout(t *testing.T) {
	t.Parallel()
	tests := map[string]llmtest.Step{
		"before the first word": llmtest.Hang(),
		"after the first word":  llmtest.Hang("Hel"),
	}
	for name, step := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(llmtest.NewServer(t, step), 0)
			p.timeout = 50 * time.Millisecond
			_, _, err := ask(t.Context(), p)
			var failed *llm.Error
			if !errors.As(err, &failed) || failed.Kind != llm.KindUnavailable || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error = %v, want a timeout of kind %s", err, llm.KindUnavailable)
			}
		})
	}
}

// A caller that gives up gets its context's error, wherever Complete is.
func TestProvider_Complete_Cancelled(t *testing.T) {
	t.Parallel()
	tests := map[string]func(cancel func()) llmtest.Step{
		"while it streams": func(cancel func()) llmtest.Step {
			return func(w http.ResponseWriter, r *http.Request) {
				cancel()
				llmtest.Hang("Hel")(w, r)
			}
		},
		"while it waits to retry": func(cancel func()) llmtest.Step {
			return func(w http.ResponseWriter, r *http.Request) {
				defer time.AfterFunc(20*time.Millisecond, cancel)
				llmtest.Status(429, "Retry-After", "9")(w, r)
			}
		},
	}
	for name, step := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, _, err := ask(ctx, newProvider(llmtest.NewServer(t, step(cancel)), 3))
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error = %v, want %v", err, context.Canceled)
			}
		})
	}
}

// TestProvider_Breaker has an endpoint that fails, and one that is back when
// the breaker's rest is over.
func TestProvider_Breaker(t *testing.T) {
	t.Parallel()
	var steps []llmtest.Step
	for range breakerFailures {
		steps = append(steps, llmtest.Status(500))
	}
	srv := llmtest.NewServer(t, append(steps, llmtest.Status(500), llmtest.Text("Back."), llmtest.Text("Back."))...)
	p := newProvider(srv, 0)
	const rest = 50 * time.Millisecond
	p.breaker = newBreaker(rest)
	for range breakerFailures {
		if _, _, err := ask(t.Context(), p); !isUnavailable(err) {
			t.Fatalf("got %v", err)
		}
	}
	refusal := func() bool {
		_, _, err := ask(t.Context(), p)
		var failed *llm.Error
		return errors.As(err, &failed) && failed.RetryAfter == breakerRest && failed.Kind == llm.KindUnavailable
	}
	before := len(srv.Requests())
	if !refusal() || len(srv.Requests()) != before {
		t.Error("the endpoint was asked again at once")
	}
	for refusal() { // until the rest is over: one question, which fails too
	}
	if got := len(srv.Requests()); got != before+1 {
		t.Errorf("%d questions after the rest", got-before)
	}
	for refusal() {
	}
	if res, _, err := ask(t.Context(), p); err != nil || res.Text != "Back." {
		t.Errorf("got %+v, %v", res, err)
	}
}

func TestProvider_BreakerCountsTheEndpointOnly(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var steps []llmtest.Step
	for range 2 * breakerFailures {
		steps = append(steps, llmtest.Status(401), llmtest.Status(429), llmtest.Chunks("nonsense"), llmtest.Text("Well."))
	}
	p := newProvider(llmtest.NewServer(t, steps...), 0)
	for range 2 * breakerFailures {
		for _, want := range []llm.ErrorKind{llm.KindRejected, llm.KindRateLimited, llm.KindInvalid, ""} {
			_, _, err := ask(t.Context(), p)
			var failed *llm.Error
			if errors.As(err, &failed); want != "" && (failed == nil || failed.Kind != want) || want == "" && err != nil {
				t.Fatalf("got %v, want %q", err, want)
			}
			if _, _, err := ask(gone, p); !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v", err)
			}
		}
	}
}
