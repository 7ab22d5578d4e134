package helm_test

import (
	"maps"
	"slices"
	"testing"
)

// TestNetworkPolicy_WhoReachesWhom reads the policies the way that a cluster
// does: traffic passes if the sender may send it and the receiver may take it.
func TestNetworkPolicy_WhoReachesWhom(t *testing.T) {
	t.Parallel()
	local := []string{"smoke→backend:8000", "smoke→frontend:3000", "frontend→backend:8000", "backend→postgres:5432", "outside→frontend:3000"}
	tests := map[string]struct {
		values []string
		want   []string
	}{
		"by default":             {nil, local},
		"a database outside":     {switches["external secret"], append(local[:3:3], "outside→frontend:3000", "backend→outside:5432")},
		"its port":               {switches["external URL"], append(local[:3:3], "outside→frontend:3000", "backend→outside:6432")},
		"a model":                {switches["model"], append(local[:5:5], "backend→outside:443")},
		"a model on a port":      {append(switches["model"][:3:3], "backend.config.OPENAI_BASE_URL=http://ollama:11434/v1"), append(local[:5:5], "backend→outside:11434")},
		"MCP clients":            {switches["MCP"], append(local[:5:5], "outside→backend:8000")},
		"Prometheus":             {switches["metrics"], append(local[:5:5], "outside→backend:9090")},
		"more ways out":          {switches["egress"], append(local[:5:5], "backend→outside:11434")},
		"a model without a port": {append(switches["model"][:3:3], "backend.config.OPENAI_BASE_URL=http://model/v1"), append(local[:5:5], "backend→outside:80")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slices.Sort(tt.want)
			if got := passes(render(t, set(tt.values)...)); !slices.Equal(got, tt.want) {
				t.Errorf("passes\n%v\nwant\n%v", got, tt.want)
			}
		})
	}
}

const outside = "outside"

// passes lists the traffic that gets through, DNS aside.
func passes(objects []object) []string {
	pods := map[string]object{outside: nil}
	for _, o := range objects {
		if podSpec(o) != nil {
			labels := podLabels(o)
			pods[dig[string](labels, "app.kubernetes.io/component")] = labels
		}
	}
	var found []string
	for from, to := range pairs(pods) {
		sent := ports(objects, pods[from], pods[to], "egress", "to")
		taken := ports(objects, pods[to], pods[from], "ingress", "from")
		for _, port := range []string{"80", "443", "3000", "5432", "6432", "8000", "9090", "11434"} {
			if (from == outside || sent[port]) && (to == outside || taken[port]) {
				found = append(found, from+"→"+to+":"+port)
			}
		}
	}
	slices.Sort(found)
	return found
}

func pairs(pods map[string]object) func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for from := range maps.Keys(pods) {
			for to := range maps.Keys(pods) {
				if (from != outside || to != outside) && !yield(from, to) {
					return
				}
			}
		}
	}
}

// ports are those that the policies of the pod open towards the other.
func ports(objects []object, pod, other object, direction, peers string) map[string]bool {
	open := map[string]bool{}
	for _, policy := range objects {
		if pod == nil || kind(policy) != "NetworkPolicy" || !matches(dig[object](policy, "spec", "podSelector", "matchLabels"), pod) {
			continue
		}
		for _, rule := range dig[[]any](policy, "spec", direction) {
			if !admits(dig[[]any](rule, peers), other) {
				continue
			}
			for _, port := range dig[[]any](rule, "ports") {
				open[text(dig[any](port, "port"))] = true
			}
		}
	}
	return open
}

// admits tells whether a rule's peers have the other among them; no peers are all.
func admits(peers []any, other object) bool {
	if len(peers) == 0 {
		return true
	}
	return slices.ContainsFunc(peers, func(peer any) bool {
		if dig[object](peer, "namespaceSelector") != nil {
			return other == nil // the tests' other namespaces
		}
		selector := dig[object](peer, "podSelector", "matchLabels")
		return other != nil && matches(selector, other)
	})
}

func TestNetworkPolicy_NothingIsOpenByItself(t *testing.T) {
	t.Parallel()
	objects := render(t)
	deny := find(objects, "NetworkPolicy", "-default-deny")
	if deny == nil || dig[any](deny, "spec", "ingress") != nil || dig[any](deny, "spec", "egress") != nil {
		t.Fatalf("no default deny: %v", deny)
	}
	for _, o := range objects {
		if podSpec(o) != nil && !matches(dig[object](deny, "spec", "podSelector", "matchLabels"), podLabels(o)) {
			t.Errorf("%s/%s is not covered", kind(o), name(o))
		}
	}
}
