// Package helm_test renders the chart with the real helm and checks what comes
// out as data. It needs no cluster.
package helm_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const chart = "todo-chatbot"

// switches are what the chart can do beside its defaults, each with what it
// needs to be switched on.
var switches = map[string][]string{
	"autoscaling backend":  {"backend.autoscaling.enabled=true"},
	"autoscaling frontend": {"frontend.autoscaling.enabled=true"},
	"budgets off":          {"backend.podDisruptionBudget.enabled=false", "frontend.podDisruptionBudget.enabled=false"},
	"ingress":              {"ingress.enabled=true", "ingress.className=nginx", "ingress.host=todo.example.com", "ingress.annotations.a=b"},
	"ingress with TLS":     {"ingress.enabled=true", "ingress.tlsSecret=tls"},
	"route":                {"httpRoute.enabled=true", "httpRoute.parentRefs[0].name=gateway", "httpRoute.hostnames={todo.example.com}"},
	"MCP":                  {"ingress.enabled=true", "mcp.expose=true", "networkPolicy.mcpClients[0].namespaceSelector.matchLabels.name=ingress"},
	"metrics":              {"metrics.enabled=true", "networkPolicy.prometheus[0].namespaceSelector.matchLabels.name=monitoring"},
	"service monitor":      {"metrics.serviceMonitor.enabled=true", "metrics.serviceMonitor.labels.release=prometheus"},
	"model":                {"backend.config.LLM_PROVIDER=openai", "backend.config.OPENAI_MODEL=m", "openai.existingSecret=model"},
	"model key":            {"backend.config.LLM_PROVIDER=openai", "backend.config.OPENAI_MODEL=m", "openai.apiKey=hunter2"},
	"egress":               {"networkPolicy.backendEgress[0].ports[0].port=11434"},
	"policies off":         {"networkPolicy.enabled=false"},
	"own secrets":          {"auth.existingSecret=jwt", "postgres.existingSecret=db"},
	"no volume":            {"postgres.persistence.enabled=false"},
	"development":          {"dev.enabled=true", "dev.storageClass=fast"},
	"storage class":        {"postgres.persistence.storageClass=fast"},
	"external secret":      {"postgres.enabled=false", "database.existingSecret=neon"},
	"external URL":         {"postgres.enabled=false", "database.url=postgres://u:hunter2@db/x", "database.directUrl=postgres://u:hunter2@direct/x", "database.port=6432"},
	"names":                {"nameOverride=n", "fullnameOverride=f"},
	"node port":            {"frontend.service.type=NodePort"},
	"digest":               {"backend.image.digest=sha256:" + strings.Repeat("0", 64)},
	"placement":            {"backend.nodeSelector.a=b", "frontend.tolerations[0].operator=Exists", "postgres.nodeSelector.a=b", "imagePullSecrets={a,b}", "backend.podAnnotations.a=b", "frontend.podAnnotations.a=b", "backend.serviceAccount.annotations.a=b"},
}

var valuesFiles = []string{"values-debug.yaml", "values-dev.yaml", "values-minikube.yaml", "values-neon.yaml"}

func TestChart_EverySwitchRendersAlone(t *testing.T) {
	t.Parallel()
	for name, values := range switches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkInvariants(t, render(t, set(values)...))
		})
	}
}

func TestChart_SwitchesRenderTogether(t *testing.T) {
	t.Parallel()
	for name, without := range map[string][]string{
		"local database":    {"external secret", "external URL", "policies off", "budgets off", "model key", "names"},
		"external database": {"external URL", "own secrets", "no volume", "storage class", "policies off", "model key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var values []string
			for _, name := range slices.Sorted(maps.Keys(switches)) {
				if !slices.Contains(without, name) {
					values = append(values, switches[name]...)
				}
			}
			checkInvariants(t, render(t, set(values)...))
		})
	}
}

func TestChart_ValuesFiles(t *testing.T) {
	t.Parallel()
	helm(t, "lint", "--strict", chart)
	checkInvariants(t, render(t))
	for _, file := range valuesFiles {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			helm(t, "lint", "--strict", chart, "--values", chart+"/"+file)
			checkInvariants(t, render(t, "--values", chart+"/"+file))
		})
	}
}

func TestChart_LongReleaseName(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("n", 53) // the longest that Helm takes
	checkInvariants(t, renderAs(t, name, set([]string{"metrics.enabled=true"})...))
	checkInvariants(t, renderAs(t, "todo", set([]string{"fullnameOverride=" + strings.Repeat("f", 60) + "-x"})...))
}

// object is one Kubernetes object, as data.
type object = map[string]any

// dig follows path into nested maps; what is missing is the zero T.
func dig[T any](from any, path ...string) T {
	for _, key := range path {
		m, _ := from.(object)
		from = m[key]
	}
	value, _ := from.(T)
	return value
}

func kind(o object) string { return dig[string](o, "kind") }
func name(o object) string { return dig[string](o, "metadata", "name") }

// find is the only object of a kind whose name ends in suffix, or nil.
func find(objects []object, wanted, suffix string) object {
	for _, o := range objects {
		if kind(o) == wanted && strings.HasSuffix(name(o), suffix) {
			return o
		}
	}
	return nil
}

func render(t *testing.T, args ...string) []object {
	t.Helper()
	return renderAs(t, "todo", args...)
}

func renderAs(t *testing.T, release string, args ...string) []object {
	t.Helper()
	args = append([]string{"template", release, chart, "--namespace", "space", "--kube-version", "1.28.0"}, args...)
	return decodeAll(t, helm(t, args...))
}

func decodeAll(t *testing.T, stream string) []object {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(stream))
	var objects []object
	for {
		var o object
		err := decoder.Decode(&o)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatal(err)
		}
		if o != nil {
			objects = append(objects, o)
		}
	}
}

func set(values []string) []string {
	var args []string
	for _, v := range values {
		args = append(args, "--set", v)
	}
	return args
}

func helm(t *testing.T, args ...string) string {
	t.Helper()
	out, err := tryHelm(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tryHelm runs helm; the error is what it said.
func tryHelm(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), helmBinary(t), args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(t.Context().Err(), context.Canceled) {
			t.Fatal(err)
		}
		return "", errors.New(stderr.String() + stdout.String())
	}
	return stdout.String(), nil
}

// helmBinary is $HELM, or the one in .bin, or the one on the PATH.
func helmBinary(t *testing.T) string {
	t.Helper()
	for _, candidate := range []string{os.Getenv("HELM"), "../.bin/helm", "helm"} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("helm is missing: `make tools` installs it, or set HELM to where it is")
	}
	t.Skip("helm is missing: `make tools` installs it, or set HELM to where it is")
	return ""
}
