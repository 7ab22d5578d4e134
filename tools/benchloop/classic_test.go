package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The commands of a cluster that is a folder: what is deployed there is what
// the image was built from.
func newClassic(t *testing.T) (*bench, func() string) {
	t.Helper()
	served := serveFolder(t)
	log := filepath.Join(served.dir, "log")
	checkout := newCheckout(t)
	write(t, "FROM x\nRUN --mount=type=cache,target=/a --mount=type=cache,id=b,target=/b \\\n\tgo build\n", checkout, "backend", "Dockerfile")
	b := &bench{options: options{dir: checkout, classicN: 2}, out: io.Discard, marker: "bench-x", temp: t.TempDir(), limit: 10 * time.Second}
	b.commands = classicCommands{
		url:    served.api,
		build:  `echo "build $IMAGE $DOCKERFILE $KUBE_CONTEXT" >> ` + log,
		load:   `echo "load $IMAGE" >> ` + log,
		deploy: `echo "deploy $BACKEND_TAG $FRONTEND_TAG" >> ` + log + ` && cp backend/internal/rest/health.go ` + filepath.Join(served.dir, demoEdit.file),
		clean:  `echo clean >> ` + log,
	}
	return b, func() string { return read(t, log) }
}

func TestMeasureClassic(t *testing.T) {
	t.Parallel()
	b, log := newClassic(t)
	b.commands.url += "/page?" // the edit's own path goes into the query
	results, err := b.measureClassic(t.Context(), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range variants {
		if r := results[i]; r.Name != v.name || len(r.Live) != 2 || r.GoEdit != time.Second {
			t.Errorf("%+v", r)
		}
	}
	want := `build todo-chatbot-frontend:bench-0 frontend/Dockerfile minikube
load todo-chatbot-frontend:bench-0
build todo-chatbot-backend:bench-0 backend/Dockerfile minikube
load todo-chatbot-backend:bench-0
build todo-chatbot-backend:bench-0 backend/Dockerfile.plain minikube
load todo-chatbot-backend:bench-0
deploy bench-0 bench-0
build todo-chatbot-backend:bench-1 backend/Dockerfile minikube
load todo-chatbot-backend:bench-1
deploy bench-1 bench-0
`
	if !strings.HasPrefix(log(), want) || !strings.HasSuffix(log(), "deploy bench-4 bench-0\nclean\n") {
		t.Errorf("got\n%s\nwhich must begin with\n%s", log(), want)
	}
	if plain := read(t, b.temp, "classic", plainDockerfile); plain != "FROM x\nRUN \\\n\tgo build\n" {
		t.Errorf("without mounts: %q", plain)
	}
	if text := read(t, b.dir, goBackend.file); text != read(t, root, goBackend.file) {
		t.Error("the checkout itself was edited")
	}
}

func TestMeasureClassic_CleansUpAfterFailure(t *testing.T) {
	t.Parallel()
	b, log := newClassic(t)
	b.commands.deploy = "echo no room >&2; exit 1"
	if _, err := b.measureClassic(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("%v", err)
	}
	if !strings.HasSuffix(log(), "clean\n") {
		t.Errorf("it did not clean up:\n%s", log())
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	o, err := parse(nil, io.Discard)
	if err != nil || o.n != 10 || o.classicN != 3 || !o.run || o.classic || o.write || !filepath.IsAbs(o.dir) {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{{"-n", "0"}, {"extra"}, {"-fast"}} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
	if _, err := os.Stat(filepath.Join(root, variants[0].dockerfile)); err != nil {
		t.Error(err)
	}
}
