// Package workspace checks the files that editors and development containers
// read against what they are about: ports, commands, versions.
package workspace

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const root = "../../"

var programs = []string{"backend", "frontend"}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(root + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

var comment = regexp.MustCompile(`(?m)^\s*//.*$`)

// readJSON takes comments that have a line of their own, as these files have.
func readJSON[T any](t *testing.T, path string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(comment.ReplaceAllString(readFile(t, path), "")), &value); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return value
}

var target = regexp.MustCompile(`(?m)^([a-z0-9-]+):.*##`)

// makeTargets are the commands of the Makefile.
func makeTargets(t *testing.T) []string {
	t.Helper()
	var targets []string
	for _, match := range target.FindAllStringSubmatch(readFile(t, "Makefile"), -1) {
		targets = append(targets, match[1])
	}
	return targets
}

var (
	makeCall = regexp.MustCompile("(?:[\"`]|attempt )make ([a-z][a-z0-9-]*)")
	ownTool  = regexp.MustCompile(`tools/k8s/[a-z0-9-]+(\.sh|\.txt)?`)
)

// TestCommands: what these files run or recommend exists.
func TestCommands(t *testing.T) {
	t.Parallel()
	targets := makeTargets(t)
	for _, path := range []string{
		"Tiltfile", ".vscode/tasks.json", ".devcontainer/post-create", ".devcontainer/devcontainer.json",
		"tools/k8s/dev", "tools/k8s/lib.sh", "tools/k8s/before-tilt", "tools/k8s/reset-database", "docs/inner-loop.md",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			content := readFile(t, path)
			for _, call := range makeCall.FindAllStringSubmatch(content, -1) {
				if !slices.Contains(targets, call[1]) {
					t.Errorf("there is no `make %s`", call[1])
				}
			}
			for _, tool := range ownTool.FindAllString(content, -1) {
				if info, err := os.Stat(root + tool); err != nil || !strings.Contains(tool, ".") && info.Mode()&0o111 == 0 {
					t.Errorf("%s cannot be run: %v", tool, err)
				}
			}
		})
	}
}

// debugForwards are the local and the container ports of the debug profile, by Deployment.
func debugForwards(t *testing.T) map[string][2]int {
	t.Helper()
	var config struct {
		Profiles []struct {
			Name    string
			Patches []struct {
				Path  string
				Value any
			}
		}
	}
	if err := yaml.Unmarshal([]byte(readFile(t, "skaffold.yaml")), &config); err != nil {
		t.Fatal(err)
	}
	forwards := map[string][2]int{}
	for _, profile := range config.Profiles {
		for _, patch := range profile.Patches {
			if forward, ok := patch.Value.(map[string]any); ok && profile.Name == "debug" && patch.Path == "/portForward/-" {
				forwards[forward["resourceName"].(string)] = [2]int{forward["localPort"].(int), forward["port"].(int)}
			}
		}
	}
	return forwards
}

type launch struct {
	Configurations []launchConfig
	Compounds      []struct {
		Name           string
		Configurations []string
	}
}

type launchConfig struct {
	Name, Type, Request, Mode, Host, PreLaunchTask string
	Port                                           int
	SubstitutePath                                 []struct{ From, To string }
}

type tasks struct{ Tasks []task }

type task struct {
	Label, Command string
	IsBackground   bool
	ProblemMatcher any
}

// TestLaunch_Attaches: the editor finds Delve where Skaffold forwards it from
// where the image has it listen, and the sources where the image was built.
func TestLaunch_Attaches(t *testing.T) {
	t.Parallel()
	forwards := debugForwards(t)
	config := readJSON[launch](t, ".vscode/launch.json")
	for _, program := range programs {
		dockerfile := readFile(t, program+"/Dockerfile")
		_, stage, found := strings.Cut(dockerfile, " AS debug\n")
		listen := regexp.MustCompile(`--listen=:(\d+)`).FindStringSubmatch(stage)
		if !found || listen == nil {
			t.Fatalf("the stage debug of %s/Dockerfile has no Delve that listens", program)
		}
		forward := forwards["todo-chatbot-"+program]
		if strconv.Itoa(forward[1]) != listen[1] {
			t.Errorf("%s: Delve listens on %s, Skaffold forwards %v", program, listen[1], forward)
		}
		i := slices.IndexFunc(config.Configurations, func(c launchConfig) bool { return c.Name == "Attach to "+program+" in the cluster" })
		if i < 0 {
			t.Fatalf("nothing attaches to the %s", program)
		}
		attach := config.Configurations[i]
		if attach.Request != "attach" || attach.Mode != "remote" || attach.Port != forward[0] {
			t.Errorf("%s: the editor attaches to port %d, Skaffold forwards %v", program, attach.Port, forward)
		}
		workdir := regexp.MustCompile(`(?m)^WORKDIR (\S+)$`).FindStringSubmatch(dockerfile)[1]
		if len(attach.SubstitutePath) != 1 || attach.SubstitutePath[0].From != "${workspaceFolder}" || attach.SubstitutePath[0].To != workdir {
			t.Errorf("%s: paths are translated by %v, and the image is built in %s", program, attach.SubstitutePath, workdir)
		}
	}
	if forwards["todo-chatbot-backend"][0] == forwards["todo-chatbot-frontend"][0] {
		t.Error("both debuggers have the same port on this machine")
	}
}

// TestLaunch_Tasks: each task that something waits for exists, runs in the
// background, and says when it is ready.
func TestLaunch_Tasks(t *testing.T) {
	t.Parallel()
	known := readJSON[tasks](t, ".vscode/tasks.json")
	config := readJSON[launch](t, ".vscode/launch.json")
	var names []string
	for _, c := range config.Configurations {
		names = append(names, c.Name)
		if c.PreLaunchTask == "" {
			continue
		}
		i := slices.IndexFunc(known.Tasks, func(task task) bool { return task.Label == c.PreLaunchTask })
		if i < 0 {
			t.Errorf("%s waits for the task %q, which is not there", c.Name, c.PreLaunchTask)
			continue
		}
		matcher, _ := known.Tasks[i].ProblemMatcher.(map[string]any)
		background, _ := matcher["background"].(map[string]any)
		ends, _ := background["endsPattern"].(string)
		if !known.Tasks[i].IsBackground || ends == "" {
			t.Fatalf("%s would wait for the end of %q", c.Name, c.PreLaunchTask)
		}
		// What Skaffold 2.24 prints when everything is deployed and forwarded.
		if !regexp.MustCompile(ends).MatchString("Press Ctrl+C to exit") {
			t.Errorf("%q does not notice that Skaffold is ready", c.PreLaunchTask)
		}
	}
	for _, compound := range config.Compounds {
		for _, name := range compound.Configurations {
			if !slices.Contains(names, name) {
				t.Errorf("%s starts %q, which is not there", compound.Name, name)
			}
		}
	}
}

// TestSettings: the editor uses the linter that `make lint` uses.
func TestSettings(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`(?m)^GOLANGCI_LINT_VERSION := (\S+)$`).FindStringSubmatch(readFile(t, "Makefile"))[1]
	settings := readJSON[map[string]any](t, ".vscode/settings.json")
	tools, _ := settings["go.alternateTools"].(map[string]any)
	if got := tools["golangci-lint-v2"]; got != "${workspaceFolder}/.bin/golangci-lint-"+version {
		t.Errorf("the editor's linter is %v, not %s", got, version)
	}
}
