package workspace

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaFile is the development container specification's own schema, which is
// not part of this repository; the test uses it where somebody put it.
const schemaFile = "../../../shared/schemas/devContainer.base.schema.json"

type devcontainer struct {
	Build                         struct{ Dockerfile, Context string }
	RemoteUser, PostCreateCommand string
	Features                      map[string]map[string]any
	Mounts                        []string
	ForwardPorts                  []int
	PortsAttributes               map[string]struct{ Label string }
	ContainerEnv, RemoteEnv       map[string]string
	HostRequirements              map[string]any
	Customizations                struct{ Vscode struct{ Extensions []string } }
}

func TestDevcontainer_Schema(t *testing.T) {
	t.Parallel()
	file := os.Getenv("DEVCONTAINER_SCHEMA")
	if file == "" {
		file = schemaFile
	}
	if _, err := os.Stat(file); err != nil {
		t.Skip("not checked against the specification's schema: DEVCONTAINER_SCHEMA does not name it, and it is not at " + schemaFile)
	}
	schema, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(readJSON[any](t, ".devcontainer/devcontainer.json")); err != nil {
		t.Error(err)
	}
}

// TestDevcontainer_Fields: no property is misspelt, with or without the schema
// at hand.
func TestDevcontainer_Fields(t *testing.T) {
	t.Parallel()
	known := []string{ // of the specification's devContainerCommon and dockerfileContainer
		"name", "build", "remoteUser", "init", "features", "hostRequirements", "mounts", "containerEnv", "remoteEnv",
		"initializeCommand", "postCreateCommand", "forwardPorts", "portsAttributes", "otherPortsAttributes", "customizations",
	}
	for field := range readJSON[map[string]any](t, ".devcontainer/devcontainer.json") {
		if !slices.Contains(known, field) {
			t.Errorf("%s is not a property that this test knows", field)
		}
	}
}

func TestDevcontainer_Structure(t *testing.T) {
	t.Parallel()
	config := readJSON[devcontainer](t, ".devcontainer/devcontainer.json")
	dockerfile := readFile(t, ".devcontainer/"+config.Build.Dockerfile)
	if !strings.Contains(dockerfile, "useradd --create-home --shell /bin/bash --uid 1000 "+config.RemoteUser+" ") {
		t.Errorf("the image has no user %s", config.RemoteUser)
	}
	for feature := range config.Features {
		if !regexp.MustCompile(`^ghcr\.io/devcontainers/features/[a-z-]+:\d+$`).MatchString(feature) {
			t.Errorf("%s is not pinned to a major version", feature)
		}
	}
	for _, port := range config.ForwardPorts {
		if config.PortsAttributes[strconv.Itoa(port)].Label == "" {
			t.Errorf("port %d has no label", port)
		}
	}
	for _, port := range []int{3000, 8000, 10350} {
		if !slices.Contains(config.ForwardPorts, port) {
			t.Errorf("port %d is not forwarded", port)
		}
	}
	for _, requirement := range []string{"cpus", "memory", "storage"} {
		if config.HostRequirements[requirement] == nil {
			t.Errorf("it does not say how much %s it needs", requirement)
		}
	}
	recommended := readJSON[struct{ Recommendations []string }](t, ".vscode/extensions.json").Recommendations
	for _, extension := range config.Customizations.Vscode.Extensions {
		if !slices.Contains(recommended, extension) {
			t.Errorf("%s is in the container, but not recommended outside", extension)
		}
	}
}

// TestDevcontainer_Mounts: each volume has a name and a place of its own, which
// exists with the user's rights, and which post-create looks after.
func TestDevcontainer_Mounts(t *testing.T) {
	t.Parallel()
	config := readJSON[devcontainer](t, ".devcontainer/devcontainer.json")
	dockerfile, script := readFile(t, ".devcontainer/Dockerfile"), readFile(t, ".devcontainer/post-create")
	places := map[string]bool{}
	for _, mount := range config.Mounts {
		parts := map[string]string{}
		for _, part := range strings.Split(mount, ",") {
			key, value, _ := strings.Cut(part, "=")
			parts[key] = value
		}
		if parts["type"] != "volume" || !strings.HasPrefix(parts["source"], "todo-chatbot-") {
			t.Errorf("%s is not a named volume", mount)
		}
		place := parts["target"]
		if places[place] {
			t.Errorf("two volumes at %s", place)
		}
		places[place] = true
		relative, inWorkspace := strings.CutPrefix(place, "${containerWorkspaceFolder}/")
		if !inWorkspace && !regexp.MustCompile(`[ \t]`+regexp.QuoteMeta(place)+`[ \n]`).MatchString(dockerfile) {
			t.Errorf("the image has no folder %s of the user's", place)
		}
		short := strings.Replace(relative, "/home/"+config.RemoteUser, "~", 1)
		if !regexp.MustCompile(` ` + regexp.QuoteMeta(short) + `[ ;]`).MatchString(script) {
			t.Errorf("post-create does not see to the owner of %s", short)
		}
	}
	for _, wanted := range []string{"/go/pkg", "/home/vscode/.cache", "/home/vscode/.npm", "/home/vscode/.minikube"} {
		if !places[wanted] {
			t.Errorf("%s goes with the container", wanted)
		}
	}
	if kubeconfig := config.ContainerEnv["KUBECONFIG"]; !strings.HasPrefix(kubeconfig, "/home/vscode/.minikube/") {
		t.Errorf("Minikube outlives the container, and %s does not", kubeconfig)
	}
}

// TestDevcontainer_Versions: the container has the toolchain of the images, and
// takes the Kubernetes tools from the one list of versions.
func TestDevcontainer_Versions(t *testing.T) {
	t.Parallel()
	from := regexp.MustCompile(`(?m)^FROM (golang:\S+|node:\S+)`)
	bases := func(dockerfile string) []string {
		var all []string
		for _, match := range from.FindAllStringSubmatch(readFile(t, dockerfile), -1) {
			all = append(all, match[1])
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	if got, want := bases(".devcontainer/Dockerfile"), bases("frontend/Dockerfile"); !slices.Equal(got, want) {
		t.Errorf("the container is built on %v, the images on %v", got, want)
	}
	script := readFile(t, ".devcontainer/post-create")
	delve := regexp.MustCompile(`github\.com/go-delve/delve/cmd/dlv@(\S+)`)
	for _, program := range programs {
		if got, want := delve.FindString(script), delve.FindString(readFile(t, program+"/Dockerfile")); got != want {
			t.Errorf("the container has %s, the image of the %s %s", got, program, want)
		}
	}
	if !strings.Contains(script, "attempt tools/k8s/tools\n") {
		t.Error("post-create does not run tools/k8s/tools")
	}
	for feature := range readJSON[devcontainer](t, ".devcontainer/devcontainer.json").Features {
		if strings.Contains(feature, "kubectl") {
			t.Errorf("%s brings versions of its own", feature)
		}
	}
}

func TestDevcontainer_Script(t *testing.T) {
	t.Parallel()
	config := readJSON[devcontainer](t, ".devcontainer/devcontainer.json")
	info, err := os.Stat(root + config.PostCreateCommand)
	if err != nil || info.Mode()&0o111 == 0 {
		t.Fatalf("%s cannot be run: %v", config.PostCreateCommand, err)
	}
	if out, err := exec.CommandContext(t.Context(), "bash", "-n", root+config.PostCreateCommand).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
