package rest

import (
	"mime"
	"net/http"
	"strings"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/agent"
	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

// handleChat takes one turn and answers with the whole of it, or with its
// events as they happen if the client accepts a stream.
func (s *Server) handleChat(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[api.ChatRequest](w, r)
	if err != nil {
		return err
	}
	user, err := auth.UserFrom(r.Context())
	if err != nil {
		return err
	}
	request := agent.Request{
		TurnRequest: todo.TurnRequest{UserID: user.ID, Message: in.Message, Key: r.Header.Get(api.HeaderIdempotencyKey)},
		Zone:        user.Location(),
	}
	if in.ConversationID != nil {
		if request.ConversationID = *in.ConversationID; request.ConversationID < 1 {
			return todo.Errorf(todo.CodeNotFound, "There is no conversation %d.", request.ConversationID)
		}
	}
	if err := s.TurnLimit.Allow(r.Context(), user.ID); err != nil {
		return err
	}
	if !acceptsStream(r) {
		turn, err := s.Chat.Run(r.Context(), request, func(agent.Event) {})
		if err != nil {
			return err
		}
		return respond(w, http.StatusOK, wireTurn(turn))
	}
	return s.streamChat(w, r, request)
}

func acceptsStream(r *http.Request) bool {
	for _, accepted := range strings.Split(r.Header.Get("Accept"), ",") {
		if mediaType, _, err := mime.ParseMediaType(accepted); err == nil && mediaType == "text/event-stream" {
			return true
		}
	}
	return false
}

// streamChat answers with events. What fails before the first of them is an
// ordinary error answer; later the status is sent, and the error is an event.
func (s *Server) streamChat(w http.ResponseWriter, r *http.Request, request agent.Request) error {
	events := &eventStream{w: w, control: http.NewResponseController(w), log: s.log}
	defer events.keepAlive(r.Context())()
	turn, err := s.Chat.Run(r.Context(), request, func(e agent.Event) {
		switch {
		case e.Call != nil:
			events.send(api.EventToolCall, api.ToolCallEvent{ID: e.Call.ID, Name: e.Call.Name, Arguments: e.Call.Arguments})
		case e.Result != nil:
			events.send(api.EventToolResult, api.ToolResultEvent{
				ID: e.Result.ID, Name: e.Result.Name, Result: e.Result.Result, IsError: e.Result.IsError,
			})
		case e.Delta != "":
			events.send(api.EventDelta, api.DeltaEvent{Text: e.Delta})
		default:
			events.send(api.EventConversation, api.ConversationEvent{ConversationID: e.ConversationID})
		}
	})
	switch {
	case err == nil:
		events.send(api.EventDone, wireTurn(turn))
	case !events.started():
		return err
	case r.Context().Err() == nil:
		problem, _ := s.problem(r.Context(), err)
		events.send(api.EventError, problem)
	}
	return nil
}

func wireTurn(turn todo.Turn) api.ChatResponse {
	return api.ChatResponse{
		ConversationID: turn.ConversationID, Response: turn.Reply, ToolCalls: wireToolCalls(turn.ToolCalls()),
	}
}
