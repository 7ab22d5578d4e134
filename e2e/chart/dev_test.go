package chart

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDevelopmentPods does what Skaffold does, without it: files go into the
// pods as a tar archive, the hook runs, and the change is served.
func TestDevelopmentPods(t *testing.T) { //nolint:paralleltest // one release, one namespace
	c := newCluster(t, "todo-dev-e2e", "E2E_DEV_TAG")
	c.namespace(t)
	c.helm(t, append([]string{"install", release, "helm/todo-chatbot", "--values", "helm/todo-chatbot/values-dev.yaml", "--wait", "--timeout", "3m"}, c.values()...)...)
	d := development{cluster: c, t: t, backend: c.service(t, "backend", "8000"), frontend: c.service(t, "frontend", "3000")}

	d.text()
	d.style()
	d.code()
	d.brokenCode()
	d.migration()
	d.deletedFile()
	if n := c.restarts(t); n > 0 {
		t.Errorf("containers restarted %d times", n)
	}
	d.lostPod()

	c.helm(t, "uninstall", release, "--wait")
	await(t, "the claims of the sources go", func() bool {
		claims := c.kubectl(t, "get", "persistentvolumeclaims", "-o", "name")
		return !strings.Contains(claims, "-work") && strings.Contains(claims, "data-todo-chatbot-postgres-0")
	})
}

type development struct {
	cluster
	t                 *testing.T
	backend, frontend string
}

const (
	signin = "frontend/internal/pages/signin/view.templ"
	health = "backend/internal/rest/health.go"
	style  = "frontend/internal/static/css/base.css"
)

func (d development) text() {
	d.t.Helper()
	d.sync("frontend", signin, edited(d.t, signin, "Welcome back", "Welcome, text"), "text swapped")
	await(d.t, "the text is served", func() bool { return strings.Contains(d.get(d.frontend+"/signin"), "Welcome, text") })
}

func (d development) style() {
	d.t.Helper()
	d.sync("frontend", style, edited(d.t, style, "", ".swapped{color:red}"), "style swapped")
	d.want(d.frontend+"/static/app.css", ".swapped")
}

func (d development) code() {
	d.t.Helper()
	d.sync("backend", health, edited(d.t, health, `Status: "ok"`, `Status: "edited"`), "rebuilt, live")
	d.want(d.backend+"/api/health", `"edited"`)
}

// brokenCode is told in the terminal, where the hook prints, and in browsers,
// which talk to the other pod.
func (d development) brokenCode() {
	d.t.Helper()
	d.sync("backend", health, edited(d.t, health, `Status: "ok"`, `Status: nothing`), health+":12:54: undefined: nothing")
	d.want(d.backend+"/api/health", `"edited"`)
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.frontend+"/_dev/events", http.NoBody)
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	var seen bytes.Buffer
	for !strings.Contains(seen.String(), "undefined: nothing") {
		if _, err := io.CopyN(&seen, answer.Body, 1); err != nil {
			d.t.Fatalf("browsers are not told of the error: %v, %s", err, seen.String())
		}
	}
	d.sync("backend", health, edited(d.t, health, `Status: "ok"`, `Status: "mended"`), "rebuilt, live")
	d.want(d.backend+"/api/health", `"mended"`)
}

func (d development) migration() {
	d.t.Helper()
	d.sync("backend", "backend/internal/postgres/migrations/90000_edit.sql",
		"-- +goose Up\nCREATE TABLE edits (id int);\n-- +goose Down\nDROP TABLE edits;\n", "migrated and rebuilt")
	count := d.kubectl(d.t, "exec", release+"-postgres-0", "--", "sh", "-c", `psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -tAc "SELECT count(*) FROM edits"`)
	if strings.TrimSpace(count) != "0" {
		d.t.Errorf("the migration did not run: %s", count)
	}
}

func (d development) deletedFile() {
	d.t.Helper()
	d.sync("backend", "backend/internal/rest/extra.go", "package rest\n\nvar Extra = nothing\n", "undefined: nothing")
	d.kubectl(d.t, "exec", d.servingPod(d.t, "backend"), "--", "rm", "/src/backend/internal/rest/extra.go")
	if said := d.hook("backend"); !strings.Contains(said, "rebuilt, live") {
		d.t.Errorf("a file was deleted: %s", said)
	}
}

// lostPod comes back with the edits, not with what the image was built from.
func (d development) lostPod() {
	d.t.Helper()
	d.kubectl(d.t, "delete", "pod", d.servingPod(d.t, "backend"), d.servingPod(d.t, "frontend"))
	for _, component := range []string{"backend", "frontend"} {
		d.kubectl(d.t, "rollout", "status", "deployment/"+release+"-"+component, "--timeout=2m")
	}
	await(d.t, "the edits are back", func() bool {
		return strings.Contains(d.get(d.backend+"/api/health"), `"mended"`) && strings.Contains(d.get(d.frontend+"/signin"), "Welcome, text")
	})
}

// sync puts a file into the pod and calls the hook, with the commands of
// Skaffold (pkg/skaffold/sync, v2.24). The hook succeeds whatever it finds.
func (d development) sync(component, file, content, says string) {
	d.t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err := w.WriteHeader(&tar.Header{Name: "src/" + file, Mode: 0o644, Size: int64(len(content)), ModTime: time.Now()})
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		d.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		d.t.Fatal(err)
	}
	start := time.Now()
	cmd := exec.CommandContext(d.t.Context(), "kubectl", "--kubeconfig", d.kubeconfig, "-n", d.space,
		"exec", d.servingPod(d.t, component), "-c", component, "-i", "--", "tar", "xmf", "-", "-C", "/", "--no-same-owner")
	cmd.Stdin = &archive
	if out, err := cmd.CombinedOutput(); err != nil {
		d.t.Fatalf("%v: %s\n%s", err, out, d.describe())
	}
	said := d.hook(component)
	if !strings.Contains(said, says) {
		d.t.Errorf("the hook says %q, want %q", said, says)
	}
	d.t.Logf("%.1f s: %s", time.Since(start).Seconds(), strings.TrimSpace(said))
}

func (d development) hook(component string) string {
	d.t.Helper()
	return d.kubectl(d.t, "exec", d.servingPod(d.t, component), "-c", component, "--", "/usr/local/bin/pod", "sync")
}

// edited is a file of the checkout with a change; at its end when there is
// nothing to replace.
func edited(t *testing.T, file, from, to string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	if from == "" {
		return string(content) + to
	}
	if !strings.Contains(string(content), from) {
		t.Fatalf("%s has no %q", file, from)
	}
	return strings.Replace(string(content), from, to, 1)
}

func (d development) get(url string) string {
	d.t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

func (d development) want(url, part string) {
	d.t.Helper()
	if body := d.get(url); !strings.Contains(body, part) {
		d.t.Errorf("%s does not serve %q: %.300s", url, part, body)
	}
}

// await waits for a condition, a minute at most.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for limit := time.After(time.Minute); !ok(); {
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("it never happened: %s", what)
		}
	}
}
