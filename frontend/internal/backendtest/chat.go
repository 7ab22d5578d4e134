package backendtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"todo-chatbot/backend/api"
)

// ErrCut is for a Turn to return that ends its stream in the middle, as a
// backend that dies does.
var ErrCut = errors.New("cut the stream")

// AddConversation opens a conversation that holds messages, the oldest first.
func (f *Fake) AddConversation(title string, messages ...api.Message) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.addConversation(title, messages...)
}

func (f *Fake) addConversation(title string, messages ...api.Message) int64 {
	id := int64(len(f.conversations) + 1)
	f.conversations = slices.Insert(f.conversations, 0, api.Conversation{ID: id, Title: title})
	for i := range messages {
		messages[i].ID = int64(i + 1)
	}
	f.messages[id] = messages
	return id
}

func (f *Fake) listConversations(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	answer(w, http.StatusOK, api.ConversationPage{Conversations: f.conversations})
}

func (f *Fake) listMessages(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	messages, ok := f.messages[id]
	if !ok {
		refuse(w, api.Error{Code: api.CodeNotFound, Message: "There is no such conversation."})
		return
	}
	newest := slices.Clone(messages)
	slices.Reverse(newest)
	start, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	page := api.MessagePage{Messages: newest[start:]}
	if limit > 0 && len(page.Messages) > limit {
		page = api.MessagePage{Messages: page.Messages[:limit], NextCursor: strconv.Itoa(start + limit)}
	}
	answer(w, http.StatusOK, page)
}

func (f *Fake) chat(w http.ResponseWriter, r *http.Request) {
	var in api.ChatRequest
	if !read(w, r, &in) {
		return
	}
	var send func(api.Event)
	stream := r.Header.Get("Accept") == "text/event-stream"
	if stream {
		w.Header().Set("Content-Type", "text/event-stream")
		send = func(e api.Event) { writeEvent(w, e) }
	} else {
		send = func(api.Event) {}
	}
	done, err := f.takeTurn(r.Header.Get(api.HeaderIdempotencyKey), in, send)
	switch {
	case errors.Is(err, ErrCut):
		panic(http.ErrAbortHandler)
	case err != nil && stream:
		problem := problemOf(asError(err))
		send(api.Event{Error: &problem})
	case err != nil:
		refuse(w, asError(err))
	case stream:
		send(api.Event{Done: &done})
	default:
		answer(w, http.StatusOK, done)
	}
}

func asError(err error) api.Error {
	var e *api.Error
	if errors.As(err, &e) {
		return *e
	}
	return api.Error{Code: api.CodeInternal, Message: err.Error()}
}

// takeTurn plays a turn once for each key and keeps what was said.
func (f *Fake) takeTurn(key string, in api.ChatRequest, send func(api.Event)) (api.ChatResponse, error) {
	f.mu.Lock()
	done, seen := f.turns[key]
	f.mu.Unlock()
	if seen {
		send(api.Event{Conversation: &api.ConversationEvent{ConversationID: done.ConversationID}})
		return done, nil
	}
	done.ConversationID = f.ask(key, in)
	send(api.Event{Conversation: &api.ConversationEvent{ConversationID: done.ConversationID}})
	err := f.Turn(f, in, func(e api.Event) { collect(&done, e); send(e) })
	if err != nil {
		return done, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turns[key] = done
	f.messages[done.ConversationID] = append(f.messages[done.ConversationID],
		api.Message{Role: api.RoleAssistant, Content: done.Response, ToolCalls: done.ToolCalls})
	return done, nil
}

// ask keeps the message, once for each key, and tells its conversation.
func (f *Fake) ask(key string, in api.ChatRequest) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id, asked := f.asked[key]; asked {
		return id
	}
	var id int64
	if in.ConversationID != nil {
		id = *in.ConversationID
	} else {
		id = f.addConversation(in.Message)
	}
	f.asked[key] = id
	f.messages[id] = append(f.messages[id], api.Message{Role: api.RoleUser, Content: in.Message})
	return id
}

func collect(done *api.ChatResponse, e api.Event) {
	switch {
	case e.Delta != nil:
		done.Response += e.Delta.Text
	case e.ToolCall != nil:
		done.ToolCalls = append(done.ToolCalls, api.ToolCall{Name: e.ToolCall.Name, Arguments: e.ToolCall.Arguments})
	case e.ToolResult != nil:
		last := &done.ToolCalls[len(done.ToolCalls)-1]
		last.Result, last.IsError = e.ToolResult.Result, e.ToolResult.IsError
	}
}

func writeEvent(w http.ResponseWriter, e api.Event) {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(b, &named); err != nil {
		panic(err)
	}
	for name, data := range named {
		if _, err := fmt.Fprintf(w, ": keep-alive\nevent: %s\ndata: %s\n\n", name, data); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
	if err := http.NewResponseController(w).Flush(); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// PlayTurn adds a task for "Add …" and otherwise repeats the message.
func PlayTurn(f *Fake, in api.ChatRequest, emit func(api.Event)) error {
	title, ok := strings.CutPrefix(in.Message, "Add ")
	if !ok {
		emit(api.Event{Delta: &api.DeltaEvent{Text: "You said: "}})
		emit(api.Event{Delta: &api.DeltaEvent{Text: in.Message}})
		return nil
	}
	emit(api.Event{ToolCall: &api.ToolCallEvent{ID: "call_1", Name: "add_task", Arguments: raw(map[string]any{"title": title})}})
	task := f.AddTask(api.Task{Title: title})
	result := raw(map[string]any{"task_id": task.ID, "status": "created", "title": title})
	emit(api.Event{ToolResult: &api.ToolResultEvent{ID: "call_1", Name: "add_task", Result: result}})
	emit(api.Event{Delta: &api.DeltaEvent{Text: "Added **" + title + "**."}})
	return nil
}

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
