package app

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backendtest"
	"todo-chatbot/internal/config"
)

const turnKey = "3f0e2d7c-8a54-4c1b-9d55-0a6f6f0c1a11"

var streaming = []string{"HX-Request", "true", "Accept", "text/html, text/event-stream"}

func turn(message string) url.Values {
	return url.Values{"message": {message}, "key": {turnKey}, "conversation_id": {""}, "status": {"all"}}
}

// events reads a stream: "name: data" for each named event, and for the HTML
// "target swap" of each partial.
func events(t *testing.T, p page) []string {
	t.Helper()
	if got := p.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("Content-Type %q", got)
	}
	var out []string
	for block := range strings.SplitSeq(strings.TrimRight(p.Body, "\n"), "\n\n") {
		name, data := "", []string{}
		for line := range strings.SplitSeq(block, "\n") {
			if v, ok := strings.CutPrefix(line, "event: "); ok {
				name = v + ": "
			} else if v, ok := strings.CutPrefix(line, "data: "); ok {
				data = append(data, v)
			} else {
				t.Errorf("line %q is neither", line)
			}
		}
		out = append(out, name+strings.Join(data, "\n"))
	}
	return out
}

// inOrder tells which of the texts does not follow the ones before it.
func inOrder(t *testing.T, events []string, texts ...string) {
	t.Helper()
	i := 0
	for _, e := range events {
		for i < len(texts) && strings.Contains(e, texts[i]) {
			i++
		}
	}
	if i < len(texts) {
		t.Errorf("%q does not come in its turn in:\n%s", texts[i], strings.Join(events, "\n---\n"))
	}
}

func TestChat_Stream(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	got := events(t, b.post("/chat", turn("Add milk & <b>bread</b>"), streaming...))
	inOrder(
		t, got,
		`hx-target="#welcome" hx-swap="delete"`,
		`hx-target="#turns" hx-swap="beforeend"`,
		`hx-target="#composer-key"`,
		"turn-started: Add milk & <b>bread</b>",
		`name="conversation_id" value="1"`,
		"turn-conversation: /c/1",
		`data-testid="conversation-link"`,
		"Adding “milk &amp; &lt;b&gt;bread&lt;/b&gt;”…",
		"Added “milk &amp; &lt;b&gt;bread&lt;/b&gt;”",
		`hx-target="#task-panel" hx-swap="outerMorph"`,
		`hx-target="#text-`+turnKey+`" hx-swap="beforeend"`,
		`hx-target="#reply-`+turnKey+`" hx-swap="outerHTML"`,
		"<strong>milk &amp; &lt;b&gt;bread&lt;/b&gt;</strong>",
		"turn-finished: "+turnKey,
	)
	for _, e := range got {
		if strings.Contains(e, "<b>") && !strings.HasPrefix(e, "turn-started") {
			t.Errorf("what was typed became HTML: %s", e)
		}
	}
	if calls := fake.Calls("/api/u-1/chat"); len(calls) != 1 || calls[0].Key != turnKey || calls[0].RequestID == "" {
		t.Errorf("calls %+v", calls)
	}
}

func TestChat_StreamFails(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	fake.Turn = func(_ *backendtest.Fake, _ api.ChatRequest, emit func(api.Event)) error {
		emit(api.Event{Delta: &api.DeltaEvent{Text: "Half a"}})
		return &api.Error{Code: api.CodeUnavailable, Message: "The model is resting."}
	}
	got := events(t, b.post("/chat", turn("Hello"), streaming...))
	inOrder(t, got, "Half a", "The model is resting.", "turn-failed: "+turnKey)

	fake.Turn = backendtest.PlayTurn
	form := turn("Hello")
	form.Set("retry", "1")
	got = events(t, b.post("/chat", form, streaming...))
	inOrder(t, got, `hx-target="#reply-`+turnKey+`" hx-swap="outerHTML"`, "turn-started", "<p>You said: Hello</p>")
	if strings.Contains(strings.Join(got, ""), `hx-target="#turns"`) {
		t.Error("the message is shown twice")
	}
	for _, call := range fake.Calls("/api/u-1/chat") {
		if call.Key != turnKey {
			t.Errorf("call with another key: %+v", call)
		}
	}
}

func TestChat_StreamSignedOut(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	b.holdToken(backendtest.Token("u-2"))
	inOrder(t, events(t, b.post("/chat", turn("Hello"), streaming...)), "turn-signed-out: ")
}

func TestChat_WithoutScript(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	welcome := b.get("/")
	if welcome.byID("suggestion").Length() == 0 || welcome.byID("message-user").Length() != 0 {
		t.Error("a new conversation has no suggestions, or messages")
	}
	key := welcome.Find("#composer-key").AttrOr("value", "")

	form := url.Values{"message": {"", "Add milk"}, "key": {key}, "conversation_id": {""}} // as a suggestion is sent
	wantRedirect(t, b.post("/chat", form), "/c/1")
	wantRedirect(t, b.post("/chat", form), "/c/1") // by a double click
	if n := len(fake.Tasks()); n != 1 {
		t.Errorf("%d tasks", n)
	}
	p := b.get("/")
	if p.byID("message-user").Find(".bubble").Text() != "Add milk" || p.byID("message-assistant").Find("strong").Text() != "milk" {
		t.Errorf("messages: %s", p.Find("#turns").Text())
	}
	if p.byID("tool-call").AttrOr("data-state", "") != "done" || p.byID("task").Length() != 1 {
		t.Error("the tool or the task is not shown")
	}
	if p.byID("conversation-link").AttrOr("aria-current", "") != "page" || p.Find("#composer-conversation").AttrOr("value", "") != "1" {
		t.Error("the conversation is not the current one")
	}
	if p.Find("#composer-key").AttrOr("value", key) == key {
		t.Error("the key was not renewed")
	}
}

func TestChat_Refused(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	wantError(t, b.post("/chat", turn("  \r\n ")), http.StatusUnprocessableEntity, "Write something")
	wantError(t, b.post("/chat", turn(" "), streaming...), http.StatusUnprocessableEntity, "Write something")
	wantError(t, b.post("/chat", turn(strings.Repeat("ä", 10_001))), http.StatusUnprocessableEntity, "10001")
	if p := b.post("/chat", turn(strings.Repeat("ä", 10_000))); p.Status != http.StatusSeeOther {
		t.Errorf("a message of 10,000 characters: status %d", p.Status)
	}

	fake.FailNext(api.Error{Code: api.CodeRateLimited, Message: "Slow down a little.", RetryAfter: time.Second})
	p := b.post("/chat", turn("Precious words"))
	wantError(t, p, http.StatusTooManyRequests, "Slow down a little.")
	if p.Find("#message").Text() != "Precious words" || p.Find("#composer-key").AttrOr("value", "") != turnKey {
		t.Error("what was typed was lost, or its key")
	}
}

// TestChat_StreamOutlivesReadTimeout because a model may think for longer than
// a request may take to arrive.
func TestChat_StreamOutlivesReadTimeout(t *testing.T) {
	t.Parallel()
	const readTimeout = 100 * time.Millisecond
	fake := backendtest.Start(t)
	fake.Turn = func(f *backendtest.Fake, in api.ChatRequest, emit func(api.Event)) error {
		time.Sleep(2 * readTimeout) // what is tested is that this time passes
		return backendtest.PlayTurn(f, in, emit)
	}
	a := wire(Config{BackendURL: config.URL(fake.URL)}, slog.New(slog.DiscardHandler))
	server := httptest.NewUnstartedServer(a.Handler())
	server.Config.ReadTimeout = readTimeout
	server.Start()
	t.Cleanup(func() { server.Close(); a.backend.Close() })
	b := newBrowser(t, server.URL)
	b.holdToken(backendtest.Token("u-1"))
	inOrder(t, events(t, b.post("/chat", turn("Hello"), streaming...)), "You said: ", "turn-finished: "+turnKey)
}

// fails is a turn that breaks off.
func fails(_ *backendtest.Fake, _ api.ChatRequest, emit func(api.Event)) error {
	emit(api.Event{Delta: &api.DeltaEvent{Text: "Half a"}})
	return &api.Error{Code: api.CodeInternal}
}

func TestChat_Unanswered(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][]string{"WithScript": streaming, "WithoutScript": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, b := signedIn(t)
			fake.Turn = fails
			b.post("/chat", turn("Add milk"), header...)
			p := b.get("/c/1")
			if got := p.byID("unanswered").Text(); got != "Not answered." {
				t.Fatalf("under the message: %q", got)
			}
			form := url.Values{}
			for _, input := range p.Find("#turn-" + turnKey + " form.retry input").EachIter() {
				form.Set(input.AttrOr("name", ""), input.AttrOr("value", ""))
			}
			fake.Turn = backendtest.PlayTurn
			wantRedirect(t, b.post("/chat", form), "/c/1")
			wantRedirect(t, b.post("/chat", form), "/c/1")
			p = b.get("/c/1")
			if n := p.byID("message-user").Length(); n != 1 || len(fake.Tasks()) != 1 || p.byID("unanswered").Length() != 0 {
				t.Errorf("%d messages, %d tasks, after it was tried again", n, len(fake.Tasks()))
			}
		})
	}
}

func TestChat_UnansweredElsewhere(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	said := func(text string) api.Message { return api.Message{Role: api.RoleUser, Content: text} }
	fake.AddConversation("Long ago", said("Hello"), said("Anybody?"), api.Message{Role: api.RoleAssistant, Content: "Yes."}, said("Add milk"))
	fake.Turn = fails
	b.post("/chat", turn("Add milk"), streaming...) // in a conversation of its own

	p := b.get("/c/1")
	if n := p.byID("unanswered").Length(); n != 2 || p.byID("retry").Length() != 0 {
		t.Errorf("%d unanswered, %d to try again; want 2 without a key", n, p.byID("retry").Length())
	}
}

func TestChat_History(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	var messages []api.Message
	for range 30 {
		messages = append(messages, api.Message{Role: api.RoleUser, Content: "Question"}, api.Message{Role: api.RoleAssistant, Content: "Answer"})
	}
	messages = append(messages, api.Message{Role: api.RoleUser, Content: "Question"}) // so that a page ends between question and answer
	fake.AddConversation("Long talk", messages...)
	p := b.get("/c/1")
	if n := p.byID("message-user").Length() + p.Find(".prose").Length(); n != 50 || p.byID("unanswered").Length() != 1 {
		t.Errorf("%d messages, want 50, the last of them not answered", n)
	}
	earlier := p.Find("#earlier a").AttrOr("href", "")
	p = b.get(earlier)
	if n := p.Find(".message").Length(); n != 11 || p.byID("unanswered").Length() != 0 || p.Find("#earlier").Length() != 0 || p.Find("#later a").AttrOr("href", "") != "/c/1" {
		t.Errorf("%s: %d messages", earlier, n)
	}
}
