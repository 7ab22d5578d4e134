package helm_test

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	backend "todo-chatbot/backend/app"
	frontend "todo-chatbot/frontend/app"
)

// everySetting switches on whatever brings a setting along.
var everySetting = slices.Concat(switches["model"], switches["external URL"])

func TestConfig_ChartSetsWhatTheProgramsRead(t *testing.T) {
	t.Parallel()
	objects := render(t, set(everySetting)...)
	for component, config := range map[string]any{"backend": backend.Config{}, "frontend": frontend.Config{}} {
		var want []string
		for variable := range settings(config) {
			want = append(want, variable)
		}
		slices.Sort(want)
		pod := podSpec(find(objects, "Deployment", "-"+component))
		for _, list := range []string{"containers", "initContainers"} {
			for _, container := range dig[[]any](pod, list) {
				if got := environment(objects, container); !slices.Equal(got, want) {
					t.Errorf("%s gets\n%v\nand reads\n%v", dig[string](container, "name"), got, want)
				}
			}
		}
	}
}

// settings are a program's variables with their defaults.
func settings(config any) map[string]string {
	found := map[string]string{}
	for i := range reflect.TypeOf(config).NumField() {
		tag := reflect.TypeOf(config).Field(i).Tag
		found[tag.Get("envconfig")] = tag.Get("default")
	}
	return found
}

// environment is the sorted names of a container's variables.
func environment(objects []object, container any) []string {
	var names []string
	for _, source := range dig[[]any](container, "envFrom") {
		data := dig[object](find(objects, "ConfigMap", dig[string](source, "configMapRef", "name")), "data")
		names = slices.AppendSeq(names, maps.Keys(data))
	}
	for _, entry := range dig[[]any](container, "env") {
		names = append(names, dig[string](entry, "name"))
	}
	slices.Sort(names)
	return names
}

// TestConfig_DefaultsAreThePrograms keeps values.yaml from saying something
// else than the programs without anybody meaning it.
func TestConfig_DefaultsAreThePrograms(t *testing.T) {
	t.Parallel()
	meant := map[string]string{"SHUTDOWN_NOTICE": "5s", "BACKEND_URL": "http://todo-todo-chatbot-backend:8000"}
	objects := render(t)
	for component, config := range map[string]any{"backend": backend.Config{}, "frontend": frontend.Config{}} {
		for variable, standard := range settings(config) {
			got, set := dig[object](find(objects, "ConfigMap", "-"+component), "data")[variable]
			if want, ours := meant[variable]; ours {
				standard = want
			}
			if set && got != standard {
				t.Errorf("%s: %s is %q in the chart, %q in the program", component, variable, got, standard)
			}
		}
	}
}

// TestConfig_ProgramsAcceptIt starts reading the settings the way that the
// programs do, for each values file.
func TestConfig_ProgramsAcceptIt(t *testing.T) {
	for _, file := range append([]string{"values.yaml"}, valuesFiles...) {
		t.Run(file, func(t *testing.T) {
			objects := render(t, "--values", chart+"/"+file)
			t.Setenv("DATABASE_URL", "postgres://u:p@db/x")
			t.Setenv("JWT_SECRET", strings.Repeat("s", 48))
			load := func(component string) {
				for variable, value := range dig[object](find(objects, "ConfigMap", "-"+component), "data") {
					t.Setenv(variable, value.(string))
				}
			}
			load("backend")
			if _, err := backend.LoadConfig(); err != nil {
				t.Error(err)
			}
			load("frontend")
			if _, err := frontend.LoadConfig(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConfig_PodsLiveLongEnoughToStop(t *testing.T) {
	t.Parallel()
	objects := render(t, set([]string{"backend.config.SHUTDOWN_NOTICE=7s", "backend.config.SHUTDOWN_DRAIN=100s"})...)
	for _, component := range []string{"backend", "frontend"} {
		data := dig[object](find(objects, "ConfigMap", "-"+component), "data")
		notice, _ := time.ParseDuration(data["SHUTDOWN_NOTICE"].(string))
		drain, _ := time.ParseDuration(data["SHUTDOWN_DRAIN"].(string))
		grace := dig[int](podSpec(find(objects, "Deployment", "-"+component)), "terminationGracePeriodSeconds")
		if needed := notice + drain; time.Duration(grace)*time.Second <= needed {
			t.Errorf("%s is killed after %d s and may need %s", component, grace, needed)
		}
	}
}

func TestConfig_CookiesAreSecureUnderTLS(t *testing.T) {
	t.Parallel()
	for want, values := range map[bool][]string{
		false: {"ingress.enabled=true"},
		true:  switches["ingress with TLS"],
	} {
		objects := render(t, set(values)...)
		got := dig[string](find(objects, "ConfigMap", "-frontend"), "data", "COOKIE_SECURE")
		if got != strconv.FormatBool(want) {
			t.Errorf("COOKIE_SECURE is %s with %v", got, values)
		}
	}
}

// TestConfig_NewSettingsRollThePods, and generated secrets, which differ in
// every rendering, do not.
func TestConfig_NewSettingsRollThePods(t *testing.T) {
	t.Parallel()
	checksums := func(component string, values ...string) string {
		deployment := find(render(t, set(values)...), "Deployment", "-"+component)
		return fmt.Sprint(dig[object](deployment, "spec", "template", "metadata", "annotations"))
	}
	for component, values := range map[string][]string{
		"frontend": {"frontend.config.LOG_LEVEL=debug"},
		"backend":  {"backend.config.LOG_LEVEL=debug", "openai.apiKey=hunter2", "auth.existingSecret=mine"},
	} {
		before := checksums(component)
		if again := checksums(component); again != before {
			t.Errorf("%s: the same settings roll the pods: %s, %s", component, before, again)
		}
		for _, value := range values {
			if after := checksums(component, value); after == before {
				t.Errorf("%s: %s does not roll the pods", component, value)
			}
		}
	}
}

func text(v any) string { return fmt.Sprint(v) }

func readYAML(t *testing.T, path string) object {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var o object
	if err := yaml.Unmarshal(data, &o); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return o
}
