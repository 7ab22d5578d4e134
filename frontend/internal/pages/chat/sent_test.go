package chat

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

const sentKey = "3f0e2d7c-8a54-4c1b-9d55-0a6f6f0c1a11"

func TestSent_KeyFor(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		sent    int64 // the conversation that the turn was sent in
		last    Turn
		opening bool
		known   bool
	}{
		"the turn":                  {4, Turn{ConversationID: 4, Message: "Hello"}, false, true},
		"another message":           {4, Turn{ConversationID: 4, Message: "Hallo"}, false, false},
		"another conversation":      {4, Turn{ConversationID: 5, Message: "Hello"}, true, false},
		"one that it opened":        {0, Turn{ConversationID: 5, Message: "Hello"}, true, true},
		"one that was there before": {0, Turn{ConversationID: 5, Message: "Hello"}, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			Handler{Secure: true}.remember(w, Turn{Key: sentKey, ConversationID: tt.sent, Message: "Hello"})
			cookie := w.Result().Cookies()[0]
			if !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
				t.Errorf("cookie %+v", cookie)
			}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.AddCookie(cookie)
			if key := lastSent(r).keyFor(tt.last, tt.opening); (key == sentKey) != tt.known || !tt.known && key != "" {
				t.Errorf("key %q", key)
			}
		})
	}
}

func TestLastSent_ErrShape(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "x", sentKey, "x..185f8db32271fe25", sentKey + ".4.a.b"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: sentCookie, Value: value})
		if got := lastSent(r); got != (sent{}) {
			t.Errorf("%q was taken for %+v", value, got)
		}
	}
}
