// Package nav is how a request finds its way to the next page: redirects that
// work for plain forms and for htmx, and only ever to paths of our own.
package nav

import (
	"net/http"
	"net/url"
	"strings"
)

// Home is where a request goes that names no other place.
const Home = "/"

// FromHTMX tells whether htmx sent the request and so expects a fragment.
func FromHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// AcceptsStream tells whether the caller can follow a reply as it is written.
func AcceptsStream(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// Redirect sends the browser to a page, whichever way the request was made.
func Redirect(w http.ResponseWriter, r *http.Request, to string) {
	if FromHTMX(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusOK)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// Local is path when it leads to a page of this site, and Home otherwise, so
// that a crafted link cannot send people elsewhere after they signed in.
func Local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || strings.ContainsAny(path, "\\\t\r\n") {
		return Home
	}
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return Home
	}
	return path
}

// Back is the page that the request was made from, as path and query.
func Back(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return Home
	}
	return Local(u.RequestURI())
}

// Onward is the page at path, which goes on to next afterwards.
func Onward(path, next string) string {
	if next == Home {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}

// SignIn is the sign-in page that comes back to the page the user is on. A
// form's own address is no page, so after a POST it is the form's page.
func SignIn(r *http.Request) string {
	next := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead || FromHTMX(r) {
		next = Back(r)
	}
	return Onward("/signin", next)
}
