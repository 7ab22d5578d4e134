package loop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// demo is a small program in a module of its own, with what a loop wants of
// one: it serves, it migrates, it has a template and a style sheet.
type demo struct {
	*Loop
	t   *testing.T
	url string
	out *bytes.Buffer
}

const demoMain = `package main

import (
	"fmt"
	"net/http"
	"os"

	"demo/frontend"
)

func main() {
	if os.Args[1] == "migrate" {
		if _, err := os.Stat("frontend/migrations/2_bad.sql"); err == nil {
			fmt.Println("syntax error at or near BAD")
			os.Exit(1)
		}
		return
	}
	http.HandleFunc("/api/health", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/pid", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) })
	http.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { fmt.Println("out of luck"); os.Exit(3) })
	http.HandleFunc("/answer", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
	http.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = frontend.Page("you").Render(r.Context(), w)
	})
	panic(http.ListenAndServe(os.Getenv("LISTEN_HOST")+":"+os.Getenv("PORT"), nil))
}
`

const demoPage = `package frontend

templ Page(name string) {
	<html><body><p>Hello { name }</p></body></html>
}
`

// startDemo brings the program up behind its loop.
func startDemo(t *testing.T) *demo {
	t.Helper()
	d := &demo{t: t, out: &bytes.Buffer{}}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	program := Program{Name: "frontend", Package: ".", Sources: []string{"main.go", "answer.go", "frontend"}, Migrations: "frontend/migrations", Assets: "frontend"}
	d.Loop = New(program, Options{
		Dir: dir, State: filepath.Join(dir, ".state"), Env: []string{"GOFLAGS=-mod=mod"}, Output: d.out, Hub: NewHub(),
	})
	for name, content := range map[string]string{
		"go.mod":                       "module demo\n\ngo 1.26\n\nrequire github.com/a-h/templ " + templVersion(t, root) + "\n",
		"go.sum":                       string(sums),
		"main.go":                      demoMain,
		"answer.go":                    "package main\n\nconst answer = \"answer 0\"\n",
		"frontend/page.templ":          demoPage,
		"frontend/migrations/1_go.sql": "SELECT 1;",
		"frontend/package.json":        `{"scripts": {"build": "bundler internal/static"}}`,
		"frontend/package-lock.json":   `{"packages": {"": {}, "node_modules/a": {"version": "1.0.0"}}}`,
		"frontend/node_modules/.package-lock.json": `{"packages": {"node_modules/a": {"version": "1.0.0"}}}`,
		// The bundler of this package copies, and refuses what it cannot read.
		"frontend/node_modules/.bin/bundler": "#!/bin/sh\nif grep -q BAD internal/static/app.css; then echo 'app.css:1:1: BAD'; exit 1; fi\nmkdir -p internal/static/dist && cp internal/static/app.css internal/static/dist/\n",
		"frontend/internal/static/app.css":   "a { color: red }",
	} {
		d.save(name, content)
	}
	if err := os.Chmod(filepath.Join(dir, "frontend/node_modules/.bin/bundler"), 0o755); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d.Handler())
	d.url = server.URL
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := d.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	report, err := d.Start(t.Context())
	if err != nil || report.Err != nil {
		t.Fatalf("%v %v\n%s", err, report.Err, d.out)
	}
	return d
}

func templVersion(t *testing.T, root string) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(mod), "github.com/a-h/templ ")
	if !ok {
		t.Fatal("go.mod does not require templ")
	}
	return strings.Fields(rest)[0]
}

func (d *demo) save(name, content string) {
	d.t.Helper()
	file := filepath.Join(d.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// saved saves and syncs, and wants the change to be live that way.
func (d *demo) saved(name, content string, did Did) {
	d.t.Helper()
	d.save(name, content)
	if r := d.Sync(d.t.Context()); r.Err != nil || r.Did != did {
		d.t.Fatalf("%s: %q, %v; want %q\n%s", name, r.Did, r.Err, did, d.out)
	}
}

// refused saves and syncs, and wants an error that says something.
func (d *demo) refused(name, content, says string) {
	d.t.Helper()
	d.save(name, content)
	r := d.Sync(d.t.Context())
	if r.Err == nil || !strings.Contains(r.Err.Error(), says) {
		d.t.Fatalf("%s: %q, %v; want an error with %q", name, r.Did, r.Err, says)
	}
	if again := d.Sync(d.t.Context()); again.Err == nil {
		d.t.Error("asked again without a change, nothing is wrong any more")
	}
	if d.Hub.message(d.Name) == "" {
		d.t.Error("browsers are not told")
	}
}

func (d *demo) get(path string) (int, string) {
	d.t.Helper()
	return get(d.t, d.url+path)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func (d *demo) serves(path, want string) {
	d.t.Helper()
	if status, body := d.get(path); status != http.StatusOK || !strings.Contains(body, want) {
		d.t.Errorf("%s: %d %q, want %q", path, status, body, want)
	}
}

func answerIs(n int) string { return fmt.Sprintf("package main\n\nconst answer = \"answer %d\"\n", n) }

func TestLoop_Code(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	d.serves("/answer", "answer 0")
	d.saved("answer.go", answerIs(1), DidRebuild)
	d.serves("/answer", "answer 1")
	d.refused("answer.go", "package main\n\nconst answer = 5 +\n", "answer.go:4:1: syntax error")
	d.serves("/answer", "answer 1")
	d.saved("answer.go", answerIs(2), DidRebuild)
	d.serves("/answer", "answer 2")
	if d.Hub.message(d.Name) != "" {
		t.Error("browsers are not told that it is mended")
	}

	d.saved("frontend/extra.go", "package frontend\n\nvar Extra = 1\n", DidRebuild)
	if err := os.Remove(filepath.Join(d.Dir, "frontend/extra.go")); err != nil {
		t.Fatal(err)
	}
	if r := d.Sync(t.Context()); r.Did != DidRebuild || r.Err != nil {
		t.Errorf("a file was deleted: %v", r)
	}
}

func TestLoop_Template(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	d.serves("/page", "<p>Hello you</p>")
	_, before := d.get("/pid")
	d.saved("frontend/page.templ", strings.Replace(demoPage, "Hello", "Good day", 1), DidText)
	await(t, func() bool { _, page := d.get("/page"); return strings.Contains(page, "<p>Good day you</p>") })
	if _, after := d.get("/pid"); after != before {
		t.Error("a text started another process")
	}
	d.saved("frontend/page.templ", strings.Replace(demoPage, "{ name }", "{ name }{ name }", 1), DidRebuild)
	d.serves("/page", "<p>Hello youyou</p>")
	d.refused("frontend/page.templ", strings.Replace(demoPage, "{ name }", "{ nobody }", 1), "frontend/page.templ:4:25: undefined: nobody")
	d.serves("/page", "<p>Hello youyou</p>")
	d.refused("frontend/page.templ", strings.Replace(demoPage, "</p>", "", 1), "frontend/page.templ:4:")
	d.serves("/page", "<p>Hello youyou</p>")
	// Back to what serves: nothing is left to build.
	d.saved("frontend/page.templ", strings.Replace(demoPage, "{ name }", "{ name }{ name }", 1), DidRebuild)

	_, page := d.get("/page")
	if !strings.Contains(page, scriptTag+"</body>") {
		t.Errorf("the page does not load again by itself: %s", page)
	}
}

func TestLoop_Assets(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	_, before := d.get("/pid")
	d.serves("/static/app.css", "red")
	d.saved("frontend/internal/static/app.css", "a { color: blue }", DidStyle)
	d.serves("/static/app.css", "blue")
	d.refused("frontend/internal/static/app.css", "BAD", "app.css:1:1: BAD")
	if _, after := d.get("/pid"); after != before {
		t.Error("a style sheet started another process")
	}
}

func TestLoop_Migration(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	d.refused("frontend/migrations/2_bad.sql", "BAD", "syntax error at or near BAD")
	d.serves("/answer", "answer 0")
	if err := os.Remove(filepath.Join(d.Dir, "frontend/migrations/2_bad.sql")); err != nil {
		t.Fatal(err)
	}
	d.saved("frontend/migrations/2_good.sql", "SELECT 2;", DidMigrate)
}

// TestLoop_EditsInARow: whoever uses the program meanwhile notices nothing but
// the changes.
func TestLoop_EditsInARow(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	ctx, stop := context.WithCancel(t.Context())
	var users sync.WaitGroup
	requests := 0
	users.Go(func() {
		for ; ctx.Err() == nil; requests++ {
			if status, body := d.get("/answer"); status != http.StatusOK {
				t.Errorf("request %d: %d %s", requests, status, body)
			}
		}
	})
	for n := 1; n <= 10; n++ {
		if n%5 == 0 {
			d.refused("answer.go", "package main\n\nconst answer = nothing\n", "undefined: nothing")
			continue
		}
		d.saved("answer.go", answerIs(n), DidRebuild)
		d.serves("/answer", fmt.Sprintf("answer %d", n))
	}
	stop()
	users.Wait()
	if requests < 20 {
		t.Errorf("only %d requests, which prove nothing", requests)
	}
}

func TestLoop_Crash(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	if answer, err := http.Get(d.url + "/crash"); err == nil {
		answer.Body.Close()
	}
	await(t, func() bool { return !d.Ready() })
	status, page := d.get("/page")
	if status != http.StatusServiceUnavailable || !strings.Contains(page, "ended by itself") || !strings.Contains(page, scriptPath) {
		t.Errorf("%d %s", status, page)
	}
	if status, _ := d.get("/api/health"); status != http.StatusOK {
		t.Errorf("the loop is alive, and says %d", status)
	}
	d.saved("answer.go", answerIs(1), DidRebuild)
	d.serves("/answer", "answer 1")
}

// TestLoop_DoesNotStart: a program that ends at once is not swapped in.
func TestLoop_DoesNotStart(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	d.refused("answer.go", "package main\n\nconst answer = \"\"\n\nfunc init() { panic(\"out of luck\") }\n", "panic: out of luck")
	d.serves("/answer", "answer 0")
}

// await waits for a condition; the test's own deadline is the limit.
func await(t *testing.T, ok func() bool) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for limit := time.After(20 * time.Second); !ok(); {
		select {
		case <-look.C:
		case <-limit:
			t.Fatal("it never happened")
		}
	}
}
