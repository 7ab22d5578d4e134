package helm_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// skaffoldSchema is Skaffold's own, which is not part of this repository; the
// test uses it where somebody put it.
const skaffoldSchema = "../../shared/schemas/skaffold-v4beta14.json"

func TestSkaffold_FitsTheChart(t *testing.T) {
	t.Parallel()
	config := readYAML(t, "../skaffold.yaml")
	validate(t, config)

	var images []string
	for _, artifact := range dig[[]any](config, "build", "artifacts") {
		images = append(images, dig[string](artifact, "image"))
	}
	release := dig[[]any](config, "deploy", "helm", "releases")[0]
	args := []string{}
	for _, file := range dig[[]any](release, "valuesFiles") {
		args = append(args, "--values", "../"+file.(string))
	}
	for value, template := range dig[object](release, "setValueTemplates") {
		image := strings.NewReplacer("-", "_").Replace(images[slices.IndexFunc(images, func(image string) bool {
			return strings.HasSuffix(image, "-"+strings.SplitN(value, ".", 2)[0])
		})])
		if !regexp.MustCompile(`^\{\{\.IMAGE_(REPO|TAG|DIGEST)_` + image + `\}\}$`).MatchString(template.(string)) {
			t.Errorf("%s: %s is not about %s", value, template, image)
		}
		if !strings.HasSuffix(value, ".digest") {
			args = append(args, "--set", value+"=skaffolds")
		}
	}
	objects := renderAs(t, dig[string](release, "name"), args...)
	for _, component := range []string{"backend", "frontend"} {
		container := dig[[]any](podSpec(find(objects, "Deployment", "-"+component)), "containers")[0]
		if image := dig[string](container, "image"); image != "skaffolds:skaffolds" {
			t.Errorf("%s: Skaffold's image does not arrive: %s", component, image)
		}
	}
	for _, forward := range dig[[]any](config, "portForward") {
		service := find(objects, "Service", dig[string](forward, "resourceName"))
		if service == nil || dig[int](dig[[]any](service, "spec", "ports")[0], "port") != dig[int](forward, "port") {
			t.Errorf("there is no Service to forward %v from", forward)
		}
	}
}

// TestSkaffold_SmokeJobMayPass: the Job's pod is one that the chart's policies
// know, and as restricted as the chart's own.
func TestSkaffold_SmokeJobMayPass(t *testing.T) {
	t.Parallel()
	config := readYAML(t, "../skaffold.yaml")
	verify := dig[[]any](config, "verify")[0]
	job := readYAML(t, "../"+dig[string](verify, "executionMode", "kubernetesCluster", "jobManifestPath"))
	objects := renderAs(t, dig[string](dig[[]any](config, "deploy", "helm", "releases")[0], "name"))
	test := find(objects, "Pod", "-smoke")
	for label, value := range dig[object](job, "spec", "template", "metadata", "labels") {
		if podLabels(test)[label] != value {
			t.Errorf("%s is %v in the Job and %v in the chart", label, value, podLabels(test)[label])
		}
	}
	ours, theirs := podSpec(test), dig[object](job, "spec", "template", "spec")
	if text(ours["securityContext"]) != text(theirs["securityContext"]) {
		t.Errorf("%v differs from the chart's %v", theirs["securityContext"], ours["securityContext"])
	}
	container, want := dig[[]any](theirs, "containers")[0], dig[[]any](ours, "containers")[0]
	for _, field := range []string{"name", "securityContext", "resources"} {
		if text(dig[any](container, field)) != text(dig[any](want, field)) {
			t.Errorf("%s differs from the chart's", field)
		}
	}
	for _, field := range []string{"args", "env"} {
		if text(dig[any](verify, "container", field)) != text(dig[any](want, field)) {
			t.Errorf("%s of skaffold.yaml differs from the chart's %v", field, dig[any](want, field))
		}
	}
}

// TestSkaffold_Profiles: each profile is a configuration that Skaffold takes,
// of files and stages that exist.
func TestSkaffold_Profiles(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"", "neon", "dev", "debug"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			config := skaffold(t, profile)
			validate(t, config)
			for _, artifact := range dig[[]any](config, "build", "artifacts") {
				dockerfile, stage := dig[string](artifact, "docker", "dockerfile"), dig[string](artifact, "docker", "target")
				if !strings.Contains(readFile(t, "../"+dockerfile), " AS "+stage+"\n") {
					t.Errorf("%s has no stage %s", dockerfile, stage)
				}
			}
			for _, file := range dig[[]any](dig[[]any](config, "deploy", "helm", "releases")[0], "valuesFiles") {
				readFile(t, "../"+file.(string))
			}
		})
	}
}

// TestSkaffold_ProfilesOfCommands: a profile for one command must not be
// active for another whose name contains its own.
func TestSkaffold_ProfilesOfCommands(t *testing.T) {
	t.Parallel()
	active := func(command string) []string {
		var names []string
		for _, profile := range dig[[]any](readYAML(t, "../skaffold.yaml"), "profiles") {
			for _, activation := range dig[[]any](profile, "activation") {
				if regexp.MustCompile(dig[string](activation, "command")).MatchString(command) {
					names = append(names, dig[string](profile, "name"))
				}
			}
		}
		return names
	}
	for command, want := range map[string][]string{
		"dev": {"dev"}, "debug": {"debug"}, "run": nil, "build": nil, "deploy": nil, "verify": nil, "devel": nil,
	} {
		if got := active(command); !slices.Equal(got, want) {
			t.Errorf("skaffold %s: profiles %v, want %v", command, got, want)
		}
	}
}

// TestSkaffold_Debug: one pod of each program waits for an editor, with the
// debugger of its own image, for as long as it takes.
func TestSkaffold_Debug(t *testing.T) {
	t.Parallel()
	config := skaffold(t, "debug")
	release := dig[[]any](config, "deploy", "helm", "releases")[0]
	args := []string{}
	for _, file := range dig[[]any](release, "valuesFiles") {
		args = append(args, "--values", "../"+file.(string))
	}
	objects := renderAs(t, dig[string](release, "name"), args...)
	for _, component := range []string{"backend", "frontend"} {
		deployment := find(objects, "Deployment", "-"+component)
		if replicas, strategy := dig[int](deployment, "spec", "replicas"), dig[string](deployment, "spec", "strategy", "type"); replicas != 1 || strategy != "Recreate" {
			t.Errorf("%s: %d pods, replaced by %s", component, replicas, strategy)
		}
		container := dig[[]any](podSpec(deployment), "containers")[0]
		limits := dig[object](container, "resources", "limits")
		if limits["memory"] != "1Gi" || limits["cpu"] != nil {
			t.Errorf("%s: Delve has %v", component, limits)
		}
		annotations := dig[object](deployment, "spec", "template", "metadata", "annotations")
		// As Skaffold reads it: pkg/skaffold/debug/types in its repository.
		var debuggers map[string]struct {
			Artifact, Runtime string
			Ports             map[string]int
		}
		if err := json.Unmarshal([]byte(text(annotations["debug.cloud.google.com/config"])), &debuggers); err != nil {
			t.Fatalf("%s: %v", component, err)
		}
		debugger := debuggers[dig[string](container, "name")]
		if debugger.Artifact != "todo-chatbot-"+component || debugger.Runtime != "go" {
			t.Errorf("%s: Skaffold would bring another debugger: %v", component, debugger)
		}
		if patience, err := time.ParseDuration(text(annotations["debug.cloud.google.com/probe-timeouts"])); err != nil || patience < time.Hour {
			t.Errorf("%s: probes wait for %v, %v", component, patience, err)
		}
		if !slices.ContainsFunc(dig[[]any](config, "portForward"), func(forward any) bool {
			return dig[string](forward, "resourceType") == "deployment" && dig[string](forward, "resourceName") == name(deployment) &&
				int(dig[float64](forward, "port")) == debugger.Ports["dlv"]
		}) {
			t.Errorf("%s: nothing forwards %v", component, debugger.Ports)
		}
	}
}

func validate(t *testing.T, config object) {
	t.Helper()
	if _, err := os.Stat(skaffoldSchema); err != nil {
		t.Log("not checked against Skaffold's schema: it is not here")
		return
	}
	schema, err := jsonschema.NewCompiler().Compile(skaffoldSchema)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(config); err != nil {
		t.Error(err)
	}
}
