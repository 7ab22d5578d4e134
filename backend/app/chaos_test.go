package app_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/app"
	"todo-chatbot/backend/internal/llm"
	"todo-chatbot/backend/internal/llm/llmtest"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/internal/config"
)

// The chaos test kills backends, as processes, at every step of a turn: when a
// commit is on its way to the database, when the database has done it and the
// backend does not know, when the model is asked, and when it has answered.
// Whatever dies when, a turn whose client sends it again happens once.

// lane is two backends on one database behind a round robin, with a user whose
// turns come one after the other, so that what passes belongs to a known turn.
type lane struct {
	t        *testing.T
	replicas [2]*process
	person   person

	mu     sync.Mutex
	events int   // of the turn that runs
	kills  []int // the events at which the backend that causes them dies
	killed int
}

// passes is called for each event of a turn, by the backend that causes it. It
// returns false if that was the backend's end.
func (l *lane) passes(replica int) bool {
	l.mu.Lock()
	event := l.events
	l.events++
	end := len(l.kills) > 0 && l.kills[0] <= event
	if end {
		l.kills = l.kills[1:]
		l.killed++
	}
	l.mu.Unlock()
	if end {
		l.replicas[replica].kill()
	}
	return !end
}

// expect sets the events at which the next turn's backends die.
func (l *lane) expect(kills ...int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events, l.kills = 0, kills
}

// newLane starts two backends on the database at databaseURL.
func newLane(t *testing.T, databaseURL, directURL string) *lane {
	t.Helper()
	l := &lane{t: t}
	model := llmtest.NewModel(t, l.answer)
	var urls []string
	for i := range l.replicas {
		passes := func() bool { return l.passes(i) }
		settings := []string{
			"DATABASE_URL=" + wire{before: passes, after: passes}.listen(t, databaseURL), "DATABASE_DIRECT_URL=" + directURL,
			"JWT_SECRET=" + jwtSecret, "LISTEN_HOST=127.0.0.1", "METRICS_PORT=0", fmt.Sprint("PORT=", freePort(t)),
			"LLM_PROVIDER=openai", "OPENAI_MODEL=test", fmt.Sprintf("OPENAI_BASE_URL=%s/%d", model.URL, i),
			"CHAT_LEASE=1s", "CHAT_MAX_DAY_TOKENS=0", "TURN_LIMIT=0", "REQUEST_LIMIT=0", "LOG_LEVEL=error",
		}
		l.replicas[i] = startProcess(t, settings)
		urls = append(urls, "http://127.0.0.1:"+strings.TrimPrefix(settings[5], "PORT="))
	}
	for _, url := range urls {
		eventually(t, "the backend is ready", func() bool { return api.NewClient(url, nil).Ready(t.Context()) == nil })
	}
	l.person = signUp(t, roundRobin(t, urls...), &http.Client{})
	l.expect()
	return l
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// wish is a turn of the test: it adds tasks, in one step or in two.
type wish struct{ Number, Tasks, Steps int }

func (w wish) message() string {
	return fmt.Sprintf("turn %d: add %d in %d", w.Number, w.Tasks, w.Steps)
}
func (w wish) reply() string { return fmt.Sprintf("Turn %d has %d results.", w.Number, w.Tasks) }
func (w wish) title(i int) string {
	return fmt.Sprintf("Task %d of turn %d", i, w.Number)
}

// events are how many there are if nobody dies: two for each commit (begin,
// each step, each call, finish) and two for each question to the model.
func (w wish) events() int { return 2*(1+w.Steps+w.Tasks+1) + 2*(w.Steps+1) }

// answer is the model: it wants what the message says, and counts the results.
// Its path tells which backend asks.
func (l *lane) answer(req llmtest.ChatRequest) llmtest.Step {
	var replica int
	if _, err := fmt.Sscanf(req.Path, "/%d/", &replica); err != nil {
		l.t.Errorf("asked at %s", req.Path)
	}
	var w wish
	results := 0
	for _, m := range req.Messages {
		switch m.Role {
		case "user":
			results = 0
			if _, err := fmt.Sscanf(m.Content, "turn %d: add %d in %d", &w.Number, &w.Tasks, &w.Steps); err != nil {
				l.t.Errorf("was told %q", m.Content)
			}
		case "tool":
			results++
		}
	}
	step := w.next(results)
	return func(rw http.ResponseWriter, r *http.Request) {
		if !l.passes(replica) {
			return
		}
		step(rw, r)
		l.passes(replica)
	}
}

// next is what the model says after so many results.
func (w wish) next(results int) llmtest.Step {
	until := w.Tasks
	if w.Steps == 2 && results < w.Tasks-1 {
		until = w.Tasks - 1
	}
	if results == w.Tasks {
		return llmtest.Text(w.reply())
	}
	var calls []llm.ToolCall
	for i := results; i < until; i++ {
		calls = append(calls, llm.ToolCall{
			ID: fmt.Sprint("c", i), Name: "add_task", Arguments: json.RawMessage(fmt.Sprintf(`{"title":%q}`, w.title(i))),
		})
	}
	return llmtest.Calls(calls...)
}

// patience is how long a client sends its turn again.
const patience = 60 * time.Second

// say sends a turn until it is answered, always under the same key, like every
// client does whose connection breaks.
func (l *lane) say(w wish, conversation int64) (api.ChatResponse, error) {
	request := api.ChatRequest{Message: w.message()}
	if conversation != 0 {
		request.ConversationID = &conversation
	}
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for give := time.After(patience); ; {
		answer, err := l.person.Chat(l.t.Context(), l.person.id, fmt.Sprint("turn-", w.Number), request)
		var refused *api.Error
		if err == nil || errors.As(err, &refused) && refused.Code != api.CodeUnavailable {
			return answer, err
		}
		select {
		case <-give:
			return answer, fmt.Errorf("given up: %w", err)
		case <-pause.C:
		}
	}
}

// check compares everything that is kept with what was asked for.
func (l *lane) check(conversation int64, wishes []wish) {
	l.t.Helper()
	want := map[string]int{}
	for _, w := range wishes {
		for i := range w.Tasks {
			want[w.title(i)]++
		}
	}
	for cursor := ""; ; {
		page, err := l.person.ListTasks(l.t.Context(), l.person.id, api.TaskQuery{Limit: 100, Cursor: cursor})
		if err != nil {
			l.t.Error(err)
			return
		}
		for _, task := range page.Tasks {
			want[task.Title]--
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	for title, missing := range want {
		if missing != 0 {
			l.t.Errorf("%q: %d too few", title, missing)
		}
	}
	l.checkHistory(conversation, wishes)
}

// checkHistory reads the conversation: each message is there once, followed by
// its own reply, which has all of its tool calls.
func (l *lane) checkHistory(conversation int64, wishes []wish) {
	l.t.Helper()
	var messages []api.Message
	for cursor := ""; ; {
		page, err := l.person.Messages(l.t.Context(), l.person.id, conversation, api.Page{Limit: 100, Cursor: cursor})
		if err != nil {
			l.t.Error(err)
			return
		}
		messages = append(messages, page.Messages...)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if len(messages) != 2*len(wishes) {
		l.t.Errorf("%d messages of %d turns", len(messages), len(wishes))
		return
	}
	byMessage := map[string]wish{}
	for _, w := range wishes {
		byMessage[w.message()] = w
	}
	for i := 0; i < len(messages); i += 2 { // the newest first
		reply, asked := messages[i], messages[i+1]
		w, known := byMessage[asked.Content]
		delete(byMessage, asked.Content)
		if !known || asked.Role != api.RoleUser || reply.Role != api.RoleAssistant || reply.Content != w.reply() || len(reply.ToolCalls) != w.Tasks {
			l.t.Errorf("%q was answered with %q and %d calls", asked.Content, reply.Content, len(reply.ToolCalls))
		}
	}
}

// run takes turns first to last, each with a backend that dies at another
// event, and some with a second one that dies while it goes on with the turn.
func (l *lane) run(first, count int, meanwhile func(turn int)) {
	l.t.Helper()
	var wishes []wish
	conversation := int64(0)
	for i := range count {
		number := first + i
		w := wish{Number: number, Tasks: 1 + number%4, Steps: 1}
		if w.Tasks > 1 && number%3 == 0 {
			w.Steps = 2
		}
		dies := (number / 4) % w.events()
		kills := []int{dies}
		if number%5 == 0 {
			kills = append(kills, dies+1+number%7)
		}
		l.expect(kills...)
		if meanwhile != nil {
			meanwhile(i)
		}
		answer, err := l.say(w, conversation)
		if err != nil || answer.Response != w.reply() || len(answer.ToolCalls) != w.Tasks {
			l.t.Errorf("%s, killed at %v: got %+v, %v", w.message(), kills, answer, err)
			return
		}
		conversation = cmp.Or(conversation, answer.ConversationID)
		wishes = append(wishes, w)
	}
	l.expect()
	wishes = append(wishes, l.fiveAtOnce(conversation, first+count)...)
	l.check(conversation, wishes)
	if l.killed < count {
		l.t.Errorf("%d backends died in %d turns", l.killed, count)
	}
}

// fiveAtOnce posts five turns to one conversation together, while backends die.
func (l *lane) fiveAtOnce(conversation int64, first int) []wish {
	l.t.Helper()
	l.expect(5, 12, 25)
	var all sync.WaitGroup
	wishes := make([]wish, 5)
	for i := range wishes {
		wishes[i] = wish{Number: first + i, Tasks: 2, Steps: 1}
		all.Go(func() {
			answer, err := l.say(wishes[i], conversation)
			if err != nil || answer.Response != wishes[i].reply() {
				l.t.Errorf("%s: got %+v, %v", wishes[i].message(), answer, err)
			}
		})
	}
	all.Wait()
	l.expect()
	return wishes
}

// TestChaos takes 208 turns, of 1 to 4 calls in 1 or 2 steps, so that each kind
// of turn meets its end at each of its events. The lanes wait most of the time,
// for the leases of the dead, so they run at once whatever -parallel says.
func TestChaos(t *testing.T) {
	t.Parallel()
	const turns = 26
	var lanes [8]*lane
	for i := range lanes {
		lanes[i] = newLane(t, pgtest.URL(t), "")
	}
	var all sync.WaitGroup
	for i, l := range lanes {
		all.Go(func() { l.run(turns*i, turns, nil) })
	}
	all.Wait()
}

func TestChaos_ThroughAPooler(t *testing.T) {
	t.Parallel()
	direct := pgtest.URL(t)
	newLane(t, pooler(t, direct), direct).run(0, 24, nil)
}

func TestChaos_DatabaseRestarts(t *testing.T) {
	t.Parallel()
	// Not t.TempDir, which a server that runs as another user cannot enter.
	dir := filepath.Join(os.TempDir(), "todo-chaos-"+uuid.NewString())
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	database := startDatabase(t, dir)
	if err := app.Migrate(t.Context(), app.Config{DatabaseURL: config.URL(database.URL())}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	restarted := make(chan struct{})
	l := newLane(t, database.URL(), "")
	l.run(0, 20, func(turn int) {
		switch turn {
		case 8: // while this turn runs
			go func() {
				defer close(restarted)
				stopDatabase(t, database)
				startDatabase(t, dir)
			}()
		case 12:
			<-restarted
		}
	})
}

// process is a backend that is started again whenever it dies.
type process struct {
	settings []string
	stderr   bytes.Buffer

	mu      sync.Mutex
	running *exec.Cmd
	exited  chan struct{} // of the running one
	closing bool
}

func startProcess(t *testing.T, settings []string) *process {
	t.Helper()
	p := &process{settings: settings}
	command(t, nil) // builds the program
	if err := p.start(t); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.mu.Lock()
		p.closing = true
		p.mu.Unlock()
		p.kill()
		if t.Failed() {
			t.Logf("a backend said %s", p.stderr.String())
		}
	})
	return p
}

func (p *process) start(t *testing.T) error {
	cmd := command(t, p.settings)
	cmd.Stderr = &p.stderr
	exited := make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing {
		return nil
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p.running, p.exited = cmd, exited
	go func() {
		_ = cmd.Wait() // it was killed
		close(exited)
		if err := p.start(t); err != nil {
			t.Error(err)
		}
	}()
	return nil
}

// kill ends the process as a crash or an OOM kill does, and returns when it is
// dead.
func (p *process) kill() {
	p.mu.Lock()
	cmd, exited := p.running, p.exited
	p.mu.Unlock()
	_ = cmd.Process.Kill() // it may be dead already
	<-exited
}
