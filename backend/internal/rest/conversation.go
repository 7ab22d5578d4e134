package rest

import (
	"net/http"
	"time"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/todo"
)

func (s *Server) handleConversationList(w http.ResponseWriter, r *http.Request) error {
	if err := knownQuery(r, "limit", "cursor"); err != nil {
		return err
	}
	var page todo.ConversationPage
	var err error
	if page.Limit, err = queryInt(r, "limit"); err != nil {
		return err
	}
	var micros int64
	if err := readCursor(r, &micros, &page.BeforeID); err != nil {
		return err
	}
	if micros != 0 {
		page.Before = time.UnixMicro(micros)
	}
	found, more, err := s.Conversations.List(r.Context(), owner(r), page)
	if err != nil {
		return err
	}
	out := api.ConversationPage{Conversations: make([]api.Conversation, 0, len(found))}
	for _, c := range found {
		out.Conversations = append(out.Conversations, wireConversation(c))
	}
	if more {
		last := found[len(found)-1]
		out.NextCursor = cursor(last.UpdatedAt.UnixMicro(), last.ID)
	}
	return respond(w, http.StatusOK, out)
}

func (s *Server) handleConversationUpdate(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[api.ConversationPatch](w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "conversation_id")
	if err != nil {
		return err
	}
	renamed, err := s.Conversations.Rename(r.Context(), owner(r), id, in.Title)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, wireConversation(renamed))
}

func (s *Server) handleConversationDelete(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "conversation_id")
	if err != nil {
		return err
	}
	if err := s.Conversations.Delete(r.Context(), owner(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// handleConversationCancel asks the turn that runs in the conversation to stop.
// Whoever waits for its reply gets one that says so.
func (s *Server) handleConversationCancel(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "conversation_id")
	if err != nil {
		return err
	}
	if err := s.Conversations.Cancel(r.Context(), owner(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func wireConversation(c todo.Conversation) api.Conversation {
	return api.Conversation{ID: c.ID, Title: c.Title, CreatedAt: c.CreatedAt.UTC(), UpdatedAt: c.UpdatedAt.UTC()}
}

func (s *Server) handleMessageList(w http.ResponseWriter, r *http.Request) error {
	if err := knownQuery(r, "limit", "cursor"); err != nil {
		return err
	}
	id, err := pathID(r, "conversation_id")
	if err != nil {
		return err
	}
	var page todo.MessagePage
	if page.Limit, err = queryInt(r, "limit"); err != nil {
		return err
	}
	if err := readCursor(r, &page.Before); err != nil {
		return err
	}
	found, more, err := s.Conversations.Messages(r.Context(), owner(r), id, page)
	if err != nil {
		return err
	}
	out := api.MessagePage{Messages: make([]api.Message, 0, len(found))}
	for _, m := range found {
		out.Messages = append(out.Messages, api.Message{
			ID: m.ID, Role: api.Role(m.Role), Content: m.Content, ToolCalls: wireToolCalls(m.ToolCalls), CreatedAt: m.CreatedAt.UTC(),
		})
	}
	if more {
		out.NextCursor = cursor(found[len(found)-1].ID)
	}
	return respond(w, http.StatusOK, out)
}

func wireToolCalls(calls []todo.ToolCall) []api.ToolCall {
	out := make([]api.ToolCall, 0, len(calls))
	for _, c := range calls {
		out = append(out, api.ToolCall{Name: c.Name, Arguments: c.Arguments, Result: c.Result, IsError: c.IsError})
	}
	return out
}
