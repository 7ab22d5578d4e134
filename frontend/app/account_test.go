package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"todo-chatbot/backend/api"
	"todo-chatbot/frontend/internal/backendtest"
)

// unknownZones are what a browser may call a time zone, and the backend not.
var unknownZones = []string{"Etc/Unknown", "Local", "Mars/Olympus_Mons"}

// odd is about a field that has an input and another that has none.
var odd = api.Error{Code: api.CodeInvalid, Message: "Some fields are not right.", Fields: []api.FieldError{
	{Field: "invitation_code", Message: "must be given"},
	{Field: "email", Message: "must be an email address"},
}}

func TestSignUp(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	if p := b.get("/signup?next=/c/4"); p.byID("signup-form").Find("[name=next]").AttrOr("value", "") != "/c/4" {
		t.Error("the form forgets where to go on to")
	}

	t.Run("ErrFields", func(t *testing.T) {
		t.Parallel()
		p := b.post("/signup", url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {"short77"}})
		wantError(t, p, http.StatusUnprocessableEntity, "at least 8 characters")
		if got := p.Find("#email").AttrOr("value", ""); got != "ada@example.com" {
			t.Errorf("email %q was not kept", got)
		}
		if strings.Contains(p.Body, "short77") {
			t.Error("the password came back")
		}
		if p.Find("#password").AttrOr("aria-describedby", "") != "password-error" {
			t.Error("the message does not belong to the field")
		}
	})

	t.Run("ErrTaken", func(t *testing.T) {
		t.Parallel()
		p := b.post("/signup", url.Values{"email": {"taken@example.com"}, "password": {backendtest.Password}})
		wantError(t, p, http.StatusUnprocessableEntity, "account with this email already")
	})

	t.Run("UnknownZone", func(t *testing.T) {
		t.Parallel()
		for _, zone := range unknownZones {
			_, b := start(t)
			p := b.post("/signup", url.Values{"email": {"ada@example.com"}, "password": {backendtest.Password}, "time_zone": {zone}})
			wantRedirect(t, p, "/")
		}
	})

	t.Run("ErrFieldWithoutInput", func(t *testing.T) {
		t.Parallel()
		fake, b := start(t)
		fake.FailNext(odd)
		p := b.post("/signup", url.Values{"email": {"ada"}})
		wantError(t, p, http.StatusUnprocessableEntity, "Invitation code: must be given")
		wantError(t, p, http.StatusUnprocessableEntity, "must be an email address")
	})

	t.Run("SignsIn", func(t *testing.T) {
		t.Parallel()
		_, b := start(t)
		p := b.post("/signup", url.Values{"email": {"ada@example.com"}, "password": {backendtest.Password}, "next": {"/c/new"}})
		wantRedirect(t, p, "/c/new")
		if got := b.get("/c/new").byID("user").Text(); got != "Ada Lovelace" {
			t.Errorf("greets %q", got)
		}
	})
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	wantRedirect(t, b.get("/c/5?status=pending"), "/signin?next=%2Fc%2F5%3Fstatus%3Dpending")

	p := b.post("/signin", url.Values{"email": {"ada@example.com"}, "password": {"wrong horse"}, "next": {"/c/5"}})
	wantError(t, p, http.StatusUnprocessableEntity, "not right")
	if p.Find("[name=next]").AttrOr("value", "") != "/c/5" || strings.Contains(p.Body, "wrong horse") {
		t.Error("next was lost, or the password came back")
	}

	p = b.post("/signin", url.Values{"email": {"ada@example.com"}, "password": {backendtest.Password}, "next": {"//evil.example"}})
	wantRedirect(t, p, "/")
	cookie := p.Header.Get("Set-Cookie")
	for _, attribute := range []string{"session=", "Path=/", "Expires=", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(cookie, attribute) {
			t.Errorf("cookie without %s: %s", attribute, cookie)
		}
	}
	wantRedirect(t, b.get("/signin"), "/")
}

func TestSignIn_UnknownZone(t *testing.T) {
	t.Parallel()
	for _, zone := range unknownZones {
		_, b := start(t)
		p := b.post("/signin", url.Values{"email": {"ada@example.com"}, "password": {backendtest.Password}, "time_zone": {zone}})
		wantRedirect(t, p, "/")
	}
}

func TestSignIn_ErrFieldWithoutInput(t *testing.T) {
	t.Parallel()
	fake, b := start(t)
	form := url.Values{"email": {"ada@example.com"}, "password": {backendtest.Password}}
	fake.FailNext(api.Error{Code: api.CodeInvalid, Message: "Some fields are not right.", Fields: odd.Fields[:1]})
	p := b.post("/signin", form)
	wantError(t, p, http.StatusUnprocessableEntity, "Invitation code: must be given")
	if strings.Contains(p.Body, "not right") {
		t.Error("what was typed is blamed")
	}
	fake.FailNext(api.Error{Code: api.CodeInvalid, Message: "Some fields are not right.", Fields: odd.Fields[1:]})
	wantError(t, b.post("/signin", form), http.StatusUnprocessableEntity, "email or the password is not right")
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	fake, b := signedIn(t)
	wantRedirect(t, b.post("/signout", nil), "/signin")
	calls := fake.Calls("/api/auth/signout")
	if len(calls) != 1 || calls[0].From != "127.0.0.1" {
		t.Errorf("the backend was told %+v", calls)
	}
	wantRedirect(t, b.get("/"), "/signin")
}

func TestSession_Refused(t *testing.T) {
	t.Parallel()
	_, b := start(t)
	b.holdToken(backendtest.Token("u-2")) // the fake's list belongs to u-1

	p := b.get("/c/5")
	wantRedirect(t, p, "/signin?next=%2Fc%2F5")
	if !strings.Contains(p.Header.Get("Set-Cookie"), "Expires=Thu, 01 Jan 1970") {
		t.Error("the cookie was kept")
	}

	b.holdToken(backendtest.Token("u-2"))
	p = b.post("/tasks/1/complete", url.Values{}, append(htmx, "Referer", b.url+"/c/7")...)
	if got := p.Header.Get("HX-Redirect"); p.Status != http.StatusOK || got != "/signin?next=%2Fc%2F7" {
		t.Errorf("htmx: status %d to %q", p.Status, got)
	}
}
