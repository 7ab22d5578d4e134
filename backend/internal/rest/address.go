package rest

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// address is where a request comes from: the last address on its way that is
// no proxy of ours. What stands before it in X-Forwarded-For is only said.
func (s *Server) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	from := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		before, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil || !s.trusted(from) {
			break
		}
		from = before.Unmap()
	}
	return subscriber(from)
}

func (s *Server) trusted(addr netip.Addr) bool {
	return slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// subscriber is the network of one subscriber: with IPv6 everybody has 2⁶⁴
// addresses to come from.
func subscriber(addr netip.Addr) string {
	if addr.Is4() {
		return addr.String()
	}
	network, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return addr.String()
	}
	return network.String()
}
