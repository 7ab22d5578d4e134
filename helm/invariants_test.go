package helm_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// secrets are the variables that may come from a Secret and nowhere else.
var secrets = []string{"DATABASE_URL", "DATABASE_DIRECT_URL", "JWT_SECRET", "OPENAI_API_KEY", "POSTGRES_PASSWORD"}

// checkInvariants holds every rendering to what must be true of all.
func checkInvariants(t *testing.T, objects []object) {
	t.Helper()
	if len(objects) < 8 {
		t.Errorf("only %d objects were rendered", len(objects))
	}
	seen := map[string]bool{}
	for _, o := range objects {
		id := kind(o) + "/" + name(o)
		if seen[id] {
			t.Errorf("%s is rendered twice", id)
		}
		seen[id] = true
		checkNames(t, o)
		if kind(o) == "Namespace" {
			t.Error("the namespace is not the chart's to make")
		}
	}
	for _, o := range objects {
		check := checker{t: t, objects: objects, id: kind(o) + "/" + name(o)}
		check.references(o)
		if pod := podSpec(o); pod != nil {
			check.pod(pod, kind(o) == "Pod")
			check.workload(o)
		}
	}
}

func checkNames(t *testing.T, o object) {
	t.Helper()
	limit := 63
	if kind(o) == "StatefulSet" {
		limit = 52 // its pods carry it with a hash in a label
	}
	if !regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`).MatchString(name(o)) || len(name(o)) > limit {
		t.Errorf("%s: bad name %q", kind(o), name(o))
	}
	labels := dig[object](o, "metadata", "labels")
	for _, label := range []string{"helm.sh/chart", "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component", "app.kubernetes.io/version", "app.kubernetes.io/managed-by"} {
		value, _ := labels[label].(string)
		if value == "" || len(value) > 63 {
			t.Errorf("%s/%s: bad label %s: %q", kind(o), name(o), label, value)
		}
	}
}

// podSpec is the pod that an object makes, or nil.
func podSpec(o object) object {
	switch kind(o) {
	case "Deployment", "StatefulSet":
		return dig[object](o, "spec", "template", "spec")
	case "Pod":
		return dig[object](o, "spec")
	default:
		return nil
	}
}

func podLabels(o object) object {
	if kind(o) == "Pod" {
		return dig[object](o, "metadata", "labels")
	}
	return dig[object](o, "spec", "template", "metadata", "labels")
}

type checker struct {
	t       *testing.T
	objects []object
	id      string
}

func (c checker) must(ok bool, format string, args ...any) {
	c.t.Helper()
	if !ok {
		c.t.Errorf("%s: %s", c.id, fmt.Sprintf(format, args...))
	}
}

func (c checker) exists(kind, name string) {
	c.t.Helper()
	c.must(slices.ContainsFunc(c.objects, func(o object) bool {
		return dig[string](o, "kind") == kind && dig[string](o, "metadata", "name") == name
	}), "there is no %s %s", kind, name)
}

// pod checks Pod Security "restricted", probes and limits.
func (c checker) pod(pod object, runsOnce bool) {
	c.t.Helper()
	c.must(pod["automountServiceAccountToken"] == false, "mounts a token")
	c.must(pod["enableServiceLinks"] == false, "Services leak into the environment")
	security := dig[object](pod, "securityContext")
	c.must(security["runAsNonRoot"] == true, "may run as root")
	c.must(dig[int](security, "runAsUser") > 0, "names no user")
	c.must(dig[string](security, "seccompProfile", "type") == "RuntimeDefault", "has no seccomp profile")
	for _, field := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		c.must(pod[field] == nil, "sets %s", field)
	}
	if account := dig[string](pod, "serviceAccountName"); account != "" {
		c.exists("ServiceAccount", account)
	}
	for _, volume := range dig[[]any](pod, "volumes") {
		if claim := dig[string](volume, "persistentVolumeClaim", "claimName"); claim != "" {
			c.exists("PersistentVolumeClaim", claim)
			continue
		}
		c.must(dig[object](volume, "emptyDir") != nil, "has a volume that is neither an emptyDir nor a claim of the chart: %v", volume)
	}
	for _, container := range dig[[]any](pod, "initContainers") {
		c.container(container.(object))
	}
	for _, container := range dig[[]any](pod, "containers") {
		c.container(container.(object))
		for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
			c.must(runsOnce || dig[object](container, probe) != nil, "has no %s", probe)
		}
	}
}

func (c checker) container(container object) {
	c.t.Helper()
	security := dig[object](container, "securityContext")
	c.must(security["allowPrivilegeEscalation"] == false, "may gain privileges")
	c.must(security["readOnlyRootFilesystem"] == true, "may write to its root")
	c.must(fmt.Sprint(security["capabilities"]) == "map[drop:[ALL]]", "has capabilities")
	for _, amount := range []string{"requests", "limits"} {
		c.must(dig[any](container, "resources", amount, "memory") != nil, "has no memory %s", amount)
	}
	c.must(dig[any](container, "resources", "requests", "cpu") != nil, "requests no CPU")
	image := dig[string](container, "image")
	c.must(regexp.MustCompile(`^[^:@]+:[^:@]+(@sha256:[0-9a-f]{64})?$`).MatchString(image) && !strings.HasSuffix(image, ":latest"), "bad image %q", image)
	for _, source := range dig[[]any](container, "envFrom") {
		c.exists("ConfigMap", dig[string](source, "configMapRef", "name"))
	}
	for _, entry := range dig[[]any](container, "env") {
		c.env(entry.(object))
	}
}

func (c checker) env(entry object) {
	c.t.Helper()
	variable := dig[string](entry, "name")
	ref := dig[object](entry, "valueFrom", "secretKeyRef")
	c.must(slices.Contains(secrets, variable) == (ref != nil), "%s: secrets come from Secrets, and nothing else does", variable)
	secret := find(c.objects, "Secret", dig[string](ref, "name"))
	if ref == nil || secret == nil || ref["optional"] == true {
		return // a secret of the user's own
	}
	c.must(dig[any](secret, "data", dig[string](ref, "key")) != nil, "%s: the Secret %s has no key %v", variable, name(secret), ref["key"])
}

func (c checker) workload(o object) {
	c.t.Helper()
	if kind(o) == "Pod" {
		return
	}
	c.must(matches(dig[object](o, "spec", "selector", "matchLabels"), podLabels(o)), "does not select its own pods")
	for key := range dig[object](o, "spec", "selector", "matchLabels") {
		c.must(key != "app.kubernetes.io/version" && key != "helm.sh/chart", "selects by %s, which changes", key)
	}
	scaled := slices.ContainsFunc(c.objects, func(h object) bool {
		return kind(h) == "HorizontalPodAutoscaler" && dig[string](h, "spec", "scaleTargetRef", "name") == name(o)
	})
	_, replicas := dig[object](o, "spec")["replicas"]
	c.must(replicas != scaled, "replicas set: %v, autoscaled: %v", replicas, scaled)
	if dig[string](o, "spec", "strategy", "type") == "RollingUpdate" {
		c.must(dig[any](o, "spec", "strategy", "rollingUpdate", "maxUnavailable") == 0, "may be unavailable in a rollout")
		c.must(len(dig[object](o, "spec", "template", "metadata", "annotations")) > 0, "has no checksum of its settings")
	}
}

// references checks that what an object names is there.
func (c checker) references(o object) {
	c.t.Helper()
	spec := dig[object](o, "spec")
	switch kind(o) {
	case "Service":
		c.service(spec)
	case "PodDisruptionBudget":
		c.selectsPods(dig[object](spec, "selector", "matchLabels"))
	case "HorizontalPodAutoscaler":
		c.exists(dig[string](spec, "scaleTargetRef", "kind"), dig[string](spec, "scaleTargetRef", "name"))
	case "NetworkPolicy":
		c.selectsPods(dig[object](spec, "podSelector", "matchLabels"))
		c.must(fmt.Sprint(spec["policyTypes"]) == "[Ingress Egress]", "leaves a direction open")
	case "ServiceMonitor":
		c.must(slices.ContainsFunc(c.objects, func(s object) bool {
			return kind(s) == "Service" && matches(dig[object](spec, "selector", "matchLabels"), dig[object](s, "metadata", "labels"))
		}), "selects no Service")
	case "Ingress":
		for _, rule := range dig[[]any](spec, "rules") {
			for _, path := range dig[[]any](rule, "http", "paths") {
				c.exists("Service", dig[string](path, "backend", "service", "name"))
			}
		}
	case "HTTPRoute":
		for _, rule := range dig[[]any](spec, "rules") {
			for _, backend := range dig[[]any](rule, "backendRefs") {
				c.exists("Service", dig[string](backend, "name"))
			}
		}
	}
}

func (c checker) service(spec object) {
	c.t.Helper()
	selector := dig[object](spec, "selector")
	c.selectsPods(selector)
	for _, port := range dig[[]any](spec, "ports") {
		target := dig[string](port, "targetPort")
		c.must(slices.ContainsFunc(c.objects, func(o object) bool {
			return podSpec(o) != nil && matches(selector, podLabels(o)) && slices.Contains(portNames(podSpec(o)), target)
		}), "no pod has the port %s", target)
		c.must(target != "metrics" || spec["clusterIP"] == "None", "metrics are in a Service with an address")
	}
}

func portNames(pod object) []string {
	var names []string
	for _, container := range dig[[]any](pod, "containers") {
		for _, port := range dig[[]any](container, "ports") {
			names = append(names, dig[string](port, "name"))
		}
	}
	return names
}

func (c checker) selectsPods(selector object) {
	c.t.Helper()
	c.must(len(selector) > 0 && slices.ContainsFunc(c.objects, func(o object) bool {
		return podSpec(o) != nil && matches(selector, podLabels(o))
	}), "selects no pod: %v", selector)
}

// matches tells whether labels have all that selector asks for.
func matches(selector, labels object) bool {
	for key := range maps.Keys(selector) {
		if labels[key] != selector[key] {
			return false
		}
	}
	return true
}
