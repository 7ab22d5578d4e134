package helm_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSchema_RefusesMistakes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ value, said string }{
		"mistyped key":           {"replicsa=3", "replicsa"},
		"mistyped nested key":    {"backend.autoscaling.enable=true", "'enable'"},
		"unknown setting":        {"backend.config.LOG_LEVELS=debug", "LOG_LEVELS"},
		"setting of the chart":   {"backend.config.PORT=80", "PORT"},
		"secret among settings":  {"backend.config.JWT_SECRET=x", "JWT_SECRET"},
		"negative replicas":      {"backend.replicas=-1", "/backend/replicas"},
		"fractional replicas":    {"backend.replicas=1.5", "/backend/replicas"},
		"text for a number":      {"frontend.replicas=two", "/frontend/replicas"},
		"text for a switch":      {"postgres.enabled=ja", "/postgres/enabled"},
		"unknown choice":         {"backend.config.LLM_PROVIDER=gpt", "/backend/config/LLM_PROVIDER"},
		"duration without unit":  {"backend.config.JWT_LIFETIME=24", "/backend/config/JWT_LIFETIME"},
		"notice not in seconds":  {"backend.config.SHUTDOWN_NOTICE=1m", "/backend/config/SHUTDOWN_NOTICE"},
		"model provider alone":   {"backend.config.LLM_PROVIDER=openai", "/backend/config/OPENAI_MODEL"},
		"digest that is none":    {"backend.image.digest=latest", "/backend/image/digest"},
		"route without gateway":  {"httpRoute.enabled=true", "/httpRoute/parentRefs"},
		"mistyped peer":          {"networkPolicy.mcpClients[0].podSelectors.a=b", "podSelectors"},
		"unknown resource":       {"backend.resources.limits.memroy=1Gi", "memroy"},
		"port out of range":      {"database.port=70000", "/database/port"},
		"database that is no PG": {"database.url=mysql://x", "/database/url"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, tt.said, tt.value)
		})
	}
}

func TestChecks_SayTheRemedy(t *testing.T) {
	t.Parallel()
	refused(t, "set database.existingSecret", "postgres.enabled=false")
	refused(t, "set postgres.enabled=false", "database.existingSecret=x")
	refused(t, "not both", "postgres.enabled=false", "database.existingSecret=x", "database.url=postgres://x")
	refused(t, "not both", "openai.existingSecret=x", "openai.apiKey=y")
	refused(t, "set ingress.enabled=true", "mcp.expose=true")
	refused(t, "networkPolicy.mcpClients", "mcp.expose=true", "ingress.enabled=true")
}

func refused(t *testing.T, said string, values ...string) {
	t.Helper()
	_, err := tryHelm(t, append([]string{"template", "todo", chart, "--kube-version", "1.28.0"}, set(values)...)...)
	if err == nil || !strings.Contains(err.Error(), said) {
		t.Errorf("%v: got %v, want it refused with %q", values, err, said)
	}
}

// TestSchema_IsStrictAndKnowsEveryValue: each object of the schema is closed,
// and schema and values.yaml have the same keys.
func TestSchema_IsStrictAndKnowsEveryValue(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(chart + "/values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema object
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	closed(t, "", schema)
	sameKeys(t, "", schema, schema, readYAML(t, chart+"/values.yaml"))
}

func closed(t *testing.T, path string, schema any) {
	t.Helper()
	node, _ := schema.(object)
	if node["type"] == "object" && node["additionalProperties"] == nil && path != "/properties/global" {
		t.Errorf("%s takes any key", path)
	}
	for key, child := range node {
		closed(t, path+"/"+key, child)
	}
}

func sameKeys(t *testing.T, path string, root, schema, values object) {
	t.Helper()
	if ref, ok := schema["$ref"].(string); ok {
		schema = dig[object](root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	known := dig[object](schema, "properties")
	if known == nil {
		return // a map of the user's own
	}
	for key := range values {
		if known[key] == nil {
			t.Errorf("values.yaml has %s%s, the schema has not", path, key)
		}
	}
	for key, child := range known {
		value, set := values[key]
		if !set && !slices.Contains([]string{"global", "ephemeral-storage"}, key) {
			t.Errorf("the schema has %s%s, values.yaml has not", path, key)
		}
		if nested, ok := value.(object); ok {
			sameKeys(t, path+key+".", root, child.(object), nested)
		}
	}
}

// TestNotes_TellNoSecret looks at what an install prints for people. Helm prints
// notes only beside a cluster, so a copy of the chart has them in an object.
func TestNotes_TellNoSecret(t *testing.T) {
	t.Parallel()
	notes, err := os.ReadFile(chart + "/templates/NOTES.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"lookup", "-secret.yaml", "database.url", "apiKey"} {
		if bytes.Contains(notes, []byte(way)) {
			t.Errorf("the notes can tell a secret: they have %s", way)
		}
	}
	wrapped := `{{ define "notes" }}` + string(notes) + "{{ end }}\nkind: Notes\nmetadata: {name: notes}\ntext: {{ include \"notes\" . | toJson }}\n"
	folder := filepath.Join(t.TempDir(), chart)
	if err := os.CopyFS(folder, os.DirFS(chart)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder+"/templates/notes.yaml", []byte(wrapped), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, values := range switches {
		args := append([]string{"template", "todo", folder, "--namespace", "space", "--kube-version", "1.28.0", "--show-only", "templates/notes.yaml"}, set(values)...)
		out := helm(t, args...)
		if !strings.Contains(out, "kubectl -n space port-forward svc/") {
			t.Errorf("%s: the notes do not say how to reach it:\n%s", name, out)
		}
		if strings.Contains(out, "hunter2") {
			t.Errorf("%s: the notes tell a secret:\n%s", name, out)
		}
	}
}

func TestSecrets_GeneratedAndKept(t *testing.T) {
	t.Parallel()
	first, second := render(t), render(t)
	for _, secret := range []struct {
		name, key string
		length    int
	}{{"-auth", "jwtSecret", 32}, {"-postgres", "password", 24}} {
		value := func(objects []object) string {
			plain, err := base64.StdEncoding.DecodeString(dig[string](find(objects, "Secret", secret.name), "data", secret.key))
			if err != nil {
				t.Fatal(err)
			}
			return string(plain)
		}
		if len(value(first)) < secret.length || value(first) == value(second) {
			t.Errorf("%s is not random or too short", secret.name)
		}
	}
	policy := func(values ...string) string {
		return dig[string](find(render(t, set(values)...), "Secret", "-postgres"), "metadata", "annotations", "helm.sh/resource-policy")
	}
	if policy() != "keep" || policy("postgres.persistence.enabled=false") != "" {
		t.Error("the password has to outlive an uninstall exactly if the volume does")
	}
}
