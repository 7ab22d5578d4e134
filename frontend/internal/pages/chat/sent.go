package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"todo-chatbot/backend/api"
)

// sentCookie holds the turn that the browser sent last. The history does not
// tell the keys of its turns, so that without it a page that is loaded again
// could not go on with one that failed.
const sentCookie = "turn"

// sent is a turn as the browser remembers it.
type sent struct {
	key          string
	conversation string // as it was sent: "" for a new one
	digest       string // of the message
}

func newSent(t Turn) sent {
	sum := sha256.Sum256([]byte(t.Message))
	return sent{key: t.Key, conversation: idText(t.ConversationID), digest: hex.EncodeToString(sum[:8])}
}

// remember makes the browser keep a turn until it is closed.
func (h Handler) remember(w http.ResponseWriter, t Turn) {
	s := newSent(t)
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is configured: without HTTPS browsers would drop the cookie.
		Name:     sentCookie,
		Value:    strings.Join([]string{s.key, s.conversation, s.digest}, "."),
		Path:     "/",
		HttpOnly: true,
		Secure:   h.Secure,
		SameSite: http.SameSiteLaxMode,
	})
}

// lastSent is the turn that the browser remembers; the zero value if it does
// not.
func lastSent(r *http.Request) sent {
	cookie, err := r.Cookie(sentCookie)
	if err != nil {
		return sent{}
	}
	parts := strings.Split(cookie.Value, ".")
	if len(parts) != 3 || uuid.Validate(parts[0]) != nil {
		return sent{}
	}
	return sent{key: parts[0], conversation: parts[1], digest: parts[2]}
}

// keyFor is the key of the last turn of a conversation if it is the one that
// was sent, and "" otherwise. The turn that opened the conversation was sent
// before that had a number.
func (s sent) keyFor(last Turn, opening bool) string {
	same := newSent(last)
	if s.digest != same.digest || s.conversation != same.conversation && (s.conversation != "" || !opening) {
		return ""
	}
	return s.key
}

// markUnanswered finds the messages that got no reply. That of the last one may
// be on the page after this one, if there is one.
func markUnanswered(messages []Message, later bool) {
	for i := range messages {
		last := i == len(messages)-1
		messages[i].Unanswered = messages[i].FromUser && (last && !later || !last && messages[i+1].FromUser)
	}
}

// history makes the part of the page that shows the conversation.
func (p *Page) history(answer api.MessagePage, from sent) {
	id := p.Composer.ConversationID
	p.Messages, p.Earlier = newMessages(answer), earlier(id, answer.NextCursor)
	markUnanswered(p.Messages, p.Later)
	if n := len(p.Messages); n > 0 && p.Messages[n-1].Unanswered {
		turn := Turn{ConversationID: id, Message: p.Messages[n-1].Text}
		p.Messages[n-1].Key = from.keyFor(turn, n == 1 && p.Earlier == "")
	}
}
