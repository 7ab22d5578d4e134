package session

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func token(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func tokenUntil(expires time.Time) string {
	return token(fmt.Sprintf(`{"sub":"u-1","email":"ada@example.com","name":"Ada","exp":%d}`, expires.Unix()))
}

func requestWith(c Cookies, value string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: c.Name(), Value: value})
	return r
}

func TestCookies_Write(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cookies Cookies
		name    string
	}{
		"plain":  {Cookies{}, "session"},
		"secure": {Cookies{Secure: true}, "__Host-session"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			expires := time.Now().Add(time.Hour).Truncate(time.Second)
			tt.cookies.Write(w, tokenUntil(expires), expires)
			got := w.Result().Cookies()[0]
			if got.Name != tt.name || got.Secure != tt.cookies.Secure || !got.HttpOnly ||
				got.SameSite != http.SameSiteLaxMode || got.Path != "/" || got.Domain != "" || !got.Expires.Equal(expires) {
				t.Errorf("cookie %+v", got)
			}
		})
	}
}

func TestCookies_Read(t *testing.T) {
	t.Parallel()
	c := Cookies{}
	s, ok := c.Read(requestWith(c, tokenUntil(time.Now().Add(time.Hour))))
	if !ok || s.UserID != "u-1" || s.Label() != "Ada" || s.Email != "ada@example.com" || s.Token == "" {
		t.Errorf("session %+v, %v", s, ok)
	}
	for name, value := range map[string]string{
		"expired":    tokenUntil(time.Now().Add(-time.Second)),
		"no expiry":  token(`{"sub":"u-1"}`),
		"no subject": token(fmt.Sprintf(`{"exp":%d}`, time.Now().Add(time.Hour).Unix())),
		"no JSON":    token(`{`),
		"no JWT":     "abc",
		"no base64":  "a.!.c",
	} {
		if s, ok := c.Read(requestWith(c, value)); ok {
			t.Errorf("%s was taken for a session: %+v", name, s)
		}
	}
}

func TestCookies_Read_Zone(t *testing.T) {
	t.Parallel()
	c := Cookies{}
	for claim, want := range map[string]string{
		`,"zoneinfo":"Asia/Kolkata"`: "Asia/Kolkata",
		`,"zoneinfo":"Etc/Unknown"`:  "UTC",
		`,"zoneinfo":"Local"`:        "UTC",
		``:                           "UTC",
	} {
		s, ok := c.Read(requestWith(c, token(fmt.Sprintf(`{"sub":"u-1","exp":%d%s}`, time.Now().Add(time.Hour).Unix(), claim))))
		if !ok || s.Zone.String() != want {
			t.Errorf("%s: %v, want %s", claim, s.Zone, want)
		}
	}
}

func TestCookies_Clear(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	Cookies{Secure: true}.Clear(w)
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "__Host-session=;") || !strings.Contains(got, "Expires=Thu, 01 Jan 1970") {
		t.Errorf("Set-Cookie: %s", got)
	}
}
