package helm_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTilt_FitsTheChart: Tilt deploys what Skaffold does, from images whose
// names the chart knows.
func TestTilt_FitsTheChart(t *testing.T) {
	t.Parallel()
	tilt := runTiltfile(t, "up", "minikube")
	release := dig[[]any](skaffold(t, "dev"), "deploy", "helm", "releases")[0]

	chart := tilt.only("helm")
	for argument, want := range map[string]string{
		"paths": dig[string](release, "chartPath"), "name": dig[string](release, "name"), "namespace": dig[string](release, "namespace"),
	} {
		if got := chart.text(argument); got != want {
			t.Errorf("%s of the chart is %q, Skaffold's %q", argument, got, want)
		}
	}
	var files []string
	for _, file := range dig[[]any](release, "valuesFiles") {
		files = append(files, file.(string))
	}
	if got := chart.list("values"); !slices.Equal(got, files) {
		t.Errorf("the chart's values are %v, Skaffold's %v", got, files)
	}
	for _, object := range tilt.deployed {
		if kind(object) == "Secret" {
			t.Errorf("%s would be another at each render", name(object))
		}
	}

	var artifacts []string
	for _, artifact := range dig[[]any](skaffold(t, "dev"), "build", "artifacts") {
		artifacts = append(artifacts, dig[string](artifact, "image"))
		build := tilt.call("docker_build", "ref", dig[string](artifact, "image"))
		if build == nil {
			t.Fatalf("nothing builds %s", dig[string](artifact, "image"))
		}
		if got, want := build.text("dockerfile"), dig[string](artifact, "docker", "dockerfile"); got != want {
			t.Errorf("%s is built from %s, by Skaffold from %s", build.text("ref"), got, want)
		}
		if got, want := build.text("target"), dig[string](artifact, "docker", "target"); got != want {
			t.Errorf("%s has the target %s, Skaffold's %s", build.text("ref"), got, want)
		}
	}
	for _, component := range []string{"backend", "frontend"} {
		container := dig[[]any](podSpec(find(tilt.deployed, "Deployment", "-"+component)), "containers")[0]
		if image, _, _ := strings.Cut(dig[string](container, "image"), ":"); !slices.Contains(artifacts, image) {
			t.Errorf("%s runs %s, which Tilt does not build", component, image)
		}
	}
}

// TestTilt_Session: the volumes of the pods belong to one run of Tilt.
func TestTilt_Session(t *testing.T) {
	t.Parallel()
	tilt := runTiltfile(t, "up", "minikube")
	for _, component := range []string{"backend", "frontend"} {
		deployment := find(tilt.deployed, "Deployment", "-"+component)
		label := ""
		for _, env := range dig[[]any](dig[[]any](podSpec(deployment), "containers")[0], "env") {
			if dig[string](env, "name") == "DEV_SESSION" {
				label = regexp.MustCompile(`'(.+)'`).FindStringSubmatch(dig[string](env, "valueFrom", "fieldRef", "fieldPath"))[1]
			}
		}
		if got := dig[string](deployment, "spec", "template", "metadata", "labels", label); got != "tilt-1-2" {
			t.Errorf("%s: the label %q is %q", component, label, got)
		}
	}
}

// TestTilt_Syncs is TestSkaffold_Syncs for Tilt.
func TestTilt_Syncs(t *testing.T) {
	t.Parallel()
	tilt := runTiltfile(t, "up", "minikube")
	context := dockerContext(t)
	for _, build := range tilt.calls["docker_build"] {
		image := build.text("ref")
		steps := build.steps("live_update")
		under := func(folders []string, file string) bool {
			return slices.ContainsFunc(folders, func(f string) bool { return file == f || strings.HasPrefix(file, f+"/") })
		}
		var synced, rebuilding []string
		for _, step := range steps {
			switch step.function {
			case "fall_back_on":
				rebuilding = append(rebuilding, step.list("paths")...)
			case "sync":
				synced = append(synced, step.text("local_path"))
				if got := step.text("remote_path"); got != "/src/"+step.text("local_path") {
					t.Errorf("%s: %s goes to %s", image, step.text("local_path"), got)
				}
			}
		}
		only := build.list("only")
		for _, file := range copied(t, build.text("dockerfile"), context) {
			if !under(only, file) {
				t.Errorf("%s: %s is copied, but not in the context", image, file)
			}
			live := under(synced, file) && !under(rebuilding, file)
			if rebuild := matchesAny(rebuilds, file); rebuild == live {
				t.Errorf("%s: %s is synced: %v, meant to rebuild: %v", image, file, live, rebuild)
			}
		}
		// Tilt refuses rules about what it does not watch.
		for _, path := range append(slices.Clone(synced), rebuilding...) {
			if !under(only, path) {
				t.Errorf("%s: %s is in a rule, but not in the context", image, path)
			}
		}
		if last := steps[len(steps)-1]; last.function != "run" || !slices.Equal(last.list("cmd"), []string{"/usr/local/bin/pod", "sync"}) {
			t.Errorf("%s: the last step is %s %v", image, last.function, last.arguments)
		}
	}
}

// TestTilt_Resources: what Tilt forwards and depends on is there.
func TestTilt_Resources(t *testing.T) {
	t.Parallel()
	tilt := runTiltfile(t, "up", "minikube")
	resources := map[string]bool{}
	forwarded := map[string]bool{}
	for _, resource := range tilt.calls["k8s_resource"] {
		name := resource.text("workload")
		resources[name] = true
		workload := find(tilt.deployed, "Deployment", name)
		if workload == nil {
			workload = find(tilt.deployed, "StatefulSet", name)
		}
		if workload == nil {
			t.Errorf("the chart has no workload %s", name)
			continue
		}
		for _, forward := range resource.steps("port_forwards") {
			port := forward.text("local_port")
			forwarded[port] = true
			if !slices.Contains(containerPorts(workload), port) {
				t.Errorf("%s does not listen on %s", name, port)
			}
		}
	}
	for _, forward := range dig[[]any](skaffold(t, "dev"), "portForward") {
		if port := text(dig[any](forward, "localPort")); !forwarded[port] {
			t.Errorf("Skaffold forwards %s, Tilt does not", port)
		}
	}
	for _, local := range tilt.calls["local_resource"] {
		for _, needed := range local.list("resource_deps") {
			if !resources[needed] {
				t.Errorf("%s waits for %s, which is not there", local.text("name"), needed)
			}
		}
	}
	for _, button := range tilt.calls["v1alpha1.ui_button"] {
		if at := dig[string](button.value("location"), "component_id"); !resources[at] {
			t.Errorf("%s is a button of %s, which is not there", button.text("name"), at)
		}
	}
}

// TestTilt_RunsByItself: nothing that takes minutes, or deletes data, starts
// before somebody presses its button; `tilt ci` uses the deployment once.
func TestTilt_RunsByItself(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{"up": nil, "ci": {"smoke"}} {
		var got []string
		for _, local := range runTiltfile(t, command, "kind-kind").calls["local_resource"] {
			if local.text("auto_init") != "False" {
				got = append(got, local.text("name"))
			}
			if local.text("trigger_mode") != "TRIGGER_MODE_MANUAL" {
				t.Errorf("%s runs whenever a file is saved", local.text("name"))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("tilt %s runs %v, want %v", command, got, want)
		}
	}
	reset := runTiltfile(t, "up", "minikube").call("v1alpha1.ui_button", "name", "reset-database")
	if reset == nil || reset.text("requires_confirmation") != "True" {
		t.Error("the button that deletes data does not ask")
	}
}

// TestTilt_Contexts: the contexts are those of the other commands.
func TestTilt_Contexts(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(`(?m)^  (minikube \|.*) \| "\$\{KUBE_CONTEXT:-\}"\) ;;$`).FindStringSubmatch(readFile(t, "../tools/k8s/lib.sh"))
	if pattern == nil {
		t.Fatal("tools/k8s/lib.sh has no list of contexts any more")
	}
	for _, context := range strings.Split(strings.ReplaceAll(pattern[1], "*", "x"), " | ") {
		if got := runTiltfile(t, "up", context).only("allow_k8s_contexts").text("contexts"); got != context {
			t.Errorf("in %s, %s is allowed", context, got)
		}
	}
	if err := tryTiltfile(t, newTiltRun("up", "production")); err == nil || !strings.Contains(err.Error(), "no local cluster") {
		t.Errorf("in production: %v", err)
	}
}

func TestTilt_DownTouchesNothing(t *testing.T) {
	t.Parallel()
	for _, call := range runTiltfile(t, "down", "minikube").calls["local"] {
		if slices.Contains(call.list("command"), "tools/k8s/before-tilt") {
			t.Error("tilt down makes Secrets")
		}
	}
}

func containerPorts(workload object) []string {
	var ports []string
	for _, container := range dig[[]any](podSpec(workload), "containers") {
		for _, port := range dig[[]any](container, "ports") {
			ports = append(ports, text(dig[any](port, "containerPort")))
		}
	}
	return ports
}
