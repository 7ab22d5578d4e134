package chat

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backend"
	"todo-chatbot/frontend/internal/pages/tasks"
)

// The events that the script acts upon; all else arrives as HTML.
const (
	eventStarted      = "turn-started"      // data: the message as it was taken
	eventConversation = "turn-conversation" // data: the conversation's path
	eventFinished     = "turn-finished"
	eventFailed       = "turn-failed"
	eventSignedOut    = "turn-signed-out"
)

// reply is a turn that is being shown while it happens.
type reply struct {
	Handler
	*sender
	Turn

	ctx    context.Context //nolint:containedctx // It lives exactly as long as the request.
	who    backend.Caller
	status api.TaskStatus // the filter of the task list
	tools  []api.ToolCallEvent
}

func (h Handler) stream(w http.ResponseWriter, r *http.Request, turn Turn) {
	sender := newSender(w)
	defer sender.keepAlive()()
	p := &reply{
		Handler: h, sender: sender, Turn: turn,
		ctx: r.Context(), who: caller(r), status: tasks.Status(r.PostForm.Get("status")),
	}
	p.start(r.PostForm.Has("retry"))
	err := h.Backend.ChatStream(p.ctx, p.who, turn.Key, turn.request(), p.handle)
	if err != nil && p.ctx.Err() == nil {
		p.fail(backend.Explain(err))
	}
}

// start shows the message and that it is being thought about. A retry does so
// in place of what went wrong.
func (p *reply) start(retry bool) {
	if retry {
		p.put("#"+p.replyID(), "outerHTML", thinking(p.Turn))
	} else {
		p.put("#welcome", "delete", templ.NopComponent)
		p.put("#turns", "beforeend", turnView(p.Turn))
		p.put("#composer-key", "outerHTML", keyInput(newKey()))
	}
	p.put("#composer-error", "innerHTML", templ.NopComponent)
	p.event(eventStarted, p.Message)
}

// handle shows one event. It returns an error when nobody reads any more.
func (p *reply) handle(event api.Event) error {
	switch {
	case event.Conversation != nil:
		p.opened(event.Conversation.ConversationID)
	case event.Delta != nil:
		p.put("#"+p.textID(), "beforeend", rawText(event.Delta.Text))
	case event.ToolCall != nil:
		p.toolStarted(*event.ToolCall)
	case event.ToolResult != nil:
		p.toolEnded(*event.ToolResult)
	case event.Done != nil:
		p.finish(*event.Done)
	}
	return p.sender.failure()
}

// opened makes the page that of a conversation that has just begun.
func (p *reply) opened(id int64) {
	if p.ConversationID != 0 {
		return
	}
	p.ConversationID = id
	p.put("#composer-conversation", "outerHTML", conversationInput(id))
	p.event(eventConversation, conversationPath(id))
	p.refreshConversations(id)
}

func (p *reply) toolStarted(event api.ToolCallEvent) {
	p.tools = append(p.tools, event)
	tool := newTool(p.toolID(len(p.tools)-1), api.ToolCall{Name: event.Name, Arguments: event.Arguments})
	p.put("#"+p.toolsID(), "beforeend", toolView(tool))
}

func (p *reply) toolEnded(event api.ToolResultEvent) {
	for i, c := range p.tools {
		if c.ID != event.ID {
			continue
		}
		tool := newTool(p.toolID(i), finished(api.ToolCall{
			Name: c.Name, Arguments: c.Arguments, Result: event.Result, IsError: event.IsError,
		}))
		p.put("#"+p.toolID(i), "outerHTML", toolView(tool))
	}
	if changesTasks(event.Name) && !event.IsError {
		p.refreshTasks()
	}
}

// finish shows the reply in its final form, from the whole turn: after a
// reconnection the events before it may not have been sent again.
func (p *reply) finish(done api.ChatResponse) {
	message := Message{Text: done.Response}
	for i, c := range done.ToolCalls {
		message.Tools = append(message.Tools, newTool(p.toolID(i), finished(c)))
	}
	p.put("#"+p.replyID(), "outerHTML", finalReply(p.Turn, message))
	p.refreshTasks()
	p.refreshConversations(done.ConversationID)
	p.event(eventFinished, p.Key)
	// Last, because it may be this form whose answer is being read.
	p.put("#"+p.retryID(), "delete", templ.NopComponent)
}

// fail says what went wrong where the reply would be, with a way to try again.
func (p *reply) fail(e *api.Error) {
	if e.Code == api.CodeUnauthenticated {
		p.event(eventSignedOut, "")
		return
	}
	p.note(p.ctx, e)
	p.put("#"+p.replyID(), "outerHTML", failedReply(p.Turn, failureText(e)))
	p.event(eventFailed, p.Key)
}

// refreshTasks shows the list as it is now. A list that cannot be read stays
// as it was: the conversation matters more.
func (p *reply) refreshTasks() {
	panel, err := p.panel(p.ctx, p.who, p.status, conversationPath(p.ConversationID))
	if err != nil {
		p.Log.WarnContext(p.ctx, "refresh tasks", "error", err)
		return
	}
	p.put("#task-panel", "outerMorph", tasks.View(panel))
}

func (p *reply) refreshConversations(current int64) {
	list, err := p.conversations(p.ctx, p.who, current, "")
	if err != nil {
		p.Log.WarnContext(p.ctx, "refresh conversations", "error", err)
		return
	}
	p.put("#conversation-list", "outerMorph", conversationList(list))
}

func (p *reply) put(target, swap string, c templ.Component) {
	var html strings.Builder
	if err := partial(target, swap, c).Render(p.ctx, &html); err != nil {
		p.Log.ErrorContext(p.ctx, "render part of a turn", "target", target, "error", err)
		return
	}
	p.event("", html.String())
}

// keepAliveEvery is shorter than what proxies wait before they cut a
// connection that is silent.
const keepAliveEvery = 15 * time.Second
