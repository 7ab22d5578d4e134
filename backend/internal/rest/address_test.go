package rest

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	s := &Server{Config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}
	for name, test := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"nobody between":           {"203.0.113.7:1234", nil, "203.0.113.7"},
		"a stranger who says so":   {"203.0.113.7:1234", []string{"1.1.1.1"}, "203.0.113.7"},
		"a proxy":                  {"10.0.0.1:1234", []string{"203.0.113.7"}, "203.0.113.7"},
		"two proxies":              {"10.0.0.1:1234", []string{"203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		"two headers":              {"10.0.0.1:1234", []string{"203.0.113.7", "10.0.0.2"}, "203.0.113.7"},
		"a lie before the truth":   {"10.0.0.1:1234", []string{"1.1.1.1, 203.0.113.7"}, "203.0.113.7"},
		"nonsense":                 {"10.0.0.1:1234", []string{"nobody"}, "10.0.0.1"},
		"somebody inside":          {"10.0.0.1:1234", []string{"10.0.0.9"}, "10.0.0.9"},
		"one of many IPv6 ones":    {"[2001:db8::1:2]:1234", nil, "2001:db8::/64"},
		"IPv4 in IPv6":             {"[::ffff:203.0.113.7]:1234", nil, "203.0.113.7"},
		"a proxy that speaks IPv6": {"[fd00::1]:1234", []string{"203.0.113.7"}, "203.0.113.7"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/api/auth/signin", nil)
		r.RemoteAddr = test.peer
		for _, f := range test.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := s.address(r); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}
