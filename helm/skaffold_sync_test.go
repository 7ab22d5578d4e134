package helm_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/moby/patternmatcher"
)

// rebuilds are the files of a Docker context for which no sync rule is meant:
// they change what the image installs, or the loop itself.
var rebuilds = []string{"go.mod", "go.sum", "frontend/package.json", "frontend/package-lock.json", "dev/loop/**", "dev/pod/**"}

// TestSkaffold_Syncs: of each image, every file either is synced to where the
// loop looks for it or rebuilds the image on purpose. One file that fits no
// rule would rebuild the image whenever it is saved.
func TestSkaffold_Syncs(t *testing.T) {
	t.Parallel()
	context := dockerContext(t)
	for _, artifact := range dig[[]any](skaffold(t, "dev"), "build", "artifacts") {
		image := dig[string](artifact, "image")
		var rules []string
		for _, rule := range dig[[]any](artifact, "sync", "manual") {
			rules = append(rules, dig[string](rule, "src"))
			if dest, strip := dig[string](rule, "dest"), dig[string](rule, "strip"); dest != "/src" || strip != "" {
				t.Errorf("%s: %v does not lead to the sources in /src", image, rule)
			}
		}
		used := map[string]bool{}
		for _, file := range copied(t, dig[string](artifact, "docker", "dockerfile"), context) {
			rule := slices.IndexFunc(rules, func(rule string) bool { return doublestar.MatchUnvalidated(rule, file) })
			if rule >= 0 {
				used[rules[rule]] = true
			}
			if rebuild := matchesAny(rebuilds, file); rebuild == (rule >= 0) {
				t.Errorf("%s: %s is synced: %v, meant to rebuild: %v", image, file, rule >= 0, rebuild)
			}
		}
		for _, rule := range rules {
			if !used[rule] {
				t.Errorf("%s: no file fits %s", image, rule)
			}
		}
		hook := dig[[]any](dig[[]any](artifact, "sync", "hooks", "after")[0], "container", "command")
		if text(hook) != text([]any{"/usr/local/bin/pod", "sync"}) {
			t.Errorf("%s: the hook is %v", image, hook)
		}
	}
}

// skaffold is the configuration with a profile's patches (RFC 6902), as Skaffold
// applies them.
func skaffold(t *testing.T, profile string) object {
	t.Helper()
	config := readYAML(t, "../skaffold.yaml")
	var patches []any
	for _, p := range dig[[]any](config, "profiles") {
		if dig[string](p, "name") == profile {
			patches = dig[[]any](p, "patches")
		}
	}
	if profile != "" && patches == nil {
		t.Fatalf("there is no profile %q", profile)
	}
	before, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := json.Marshal(patches)
	if err != nil {
		t.Fatal(err)
	}
	patch, err := jsonpatch.DecodePatch(steps)
	if err != nil {
		t.Fatal(err)
	}
	after, err := patch.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	var patched object
	if err := json.Unmarshal(after, &patched); err != nil {
		t.Fatal(err)
	}
	return patched
}

// dockerContext lists the files that Docker is sent.
func dockerContext(t *testing.T) []string {
	t.Helper()
	var patterns []string
	for _, line := range strings.Split(readFile(t, "../.dockerignore"), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	ignore, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	err = filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && (entry.Name() == "node_modules" || entry.Name() == ".git") {
				return fs.SkipDir
			}
			return err
		}
		relative, err := filepath.Rel("..", path)
		if err != nil {
			return err
		}
		ignored, err := ignore.MatchesOrParentMatches(relative)
		if !ignored {
			files = append(files, filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var copyLine = regexp.MustCompile(`(?m)^COPY ([^-].*) \S+$`)

// copied are the files of the context that any stage copies, which is what
// Skaffold watches, whatever the target.
func copied(t *testing.T, dockerfile string, context []string) []string {
	t.Helper()
	var files []string
	for _, line := range copyLine.FindAllStringSubmatch(readFile(t, "../"+dockerfile), -1) {
		for _, source := range strings.Fields(line[1]) {
			for _, file := range context {
				if (file == source || strings.HasPrefix(file, source+"/")) && !slices.Contains(files, file) {
					files = append(files, file)
				}
			}
		}
	}
	if len(files) < 10 {
		t.Fatalf("%s copies %v, which cannot be all", dockerfile, files)
	}
	return files
}

func matchesAny(patterns []string, file string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return doublestar.MatchUnvalidated(p, file) })
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
