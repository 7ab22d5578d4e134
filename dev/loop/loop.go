// Package loop makes a saved file live in a running program, without a moment
// in which nobody answers: it builds beside the program, starts what it built,
// and only then sends requests there. Markup and styles need no build at all.
//
// `make run` drives two loops on this machine. In a development pod the loop
// is the first process, and the tool that syncs files asks it to look.
package loop

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Program is what a loop keeps alive.
type Program struct {
	// Name is "backend" or "frontend".
	Name string
	// Package is what to build, such as "./backend".
	Package string
	// Sources are the folders and files that it is made of, relative to the
	// module's root.
	Sources []string
	// Migrations is the folder of the SQL files for which the program's migrate
	// command runs before it serves; "" when it has none.
	Migrations string
	// Assets is the folder of the npm package whose "build" script bundles what
	// browsers load; "" when it has none.
	Assets string
}

// The programs of this repository.
var (
	Backend = Program{
		Name: "backend", Package: "./backend", Sources: []string{"backend", "internal", "go.mod", "go.sum"},
		Migrations: "backend/internal/postgres/migrations",
	}
	Frontend = Program{
		Name: "frontend", Package: "./frontend", Sources: []string{"frontend", "internal", "backend/api", "go.mod", "go.sum"},
		Assets: "frontend",
	}
)

// Sources are the folders and files of all programs.
func Sources() []string {
	return slices.Compact(slices.Sorted(slices.Values(append(Backend.Sources, Frontend.Sources...))))
}

// Options say where a loop runs.
type Options struct {
	// Dir is the module's root.
	Dir string
	// State is a folder for binaries and for texts of templates; it is the
	// loop's own.
	State string
	// Env are the program's settings besides those of this process. PORT,
	// METRICS_PORT and LISTEN_HOST are the loop's to choose.
	Env []string
	// Output takes what the program prints.
	Output io.Writer
	// Report is told what came of each change.
	Report func(Report)
	// Hub tells browsers; loops can share one.
	Hub *Hub
	// Remote says that files were saved on another machine and arrive here,
	// so that the time counts from their arrival.
	Remote bool
}

// Loop keeps one program alive and current.
type Loop struct {
	Program
	Options

	tree      *tree
	templates *templates
	assets    *assets

	mu      sync.Mutex // one change at a time
	serving *process   // nil while nothing can serve
	stale   bool       // the sources are ahead of what serves
	unmade  bool       // a migration is ahead of the database
	count   int        // of processes
	untold  []Report   // since the last Told
	broken  error      // what is wrong with the sources

	target target // where requests go
	ending sync.WaitGroup
}

// New has looked at no file yet.
func New(p Program, o Options) *Loop {
	l := &Loop{Program: p, Options: o, tree: newTree(o.Dir, p.Sources), stale: true, unmade: p.Migrations != ""}
	l.templates = newTemplates(o.Dir)
	if p.Assets != "" {
		l.assets = &assets{dir: filepath.Join(o.Dir, p.Assets)}
	}
	return l
}

// Start brings the program up. A program that does not build is no error: it
// is in the report, and the next change may mend it.
func (l *Loop) Start(ctx context.Context) (Report, error) {
	if err := os.RemoveAll(l.State); err != nil {
		return Report{}, fmt.Errorf("empty the state of the loop: %w", err)
	}
	if err := os.MkdirAll(l.State, 0o755); err != nil { //nolint:gosec // nothing in it is secret
		return Report{}, fmt.Errorf("make the state of the loop: %w", err)
	}
	return l.Sync(ctx), nil
}

// Sync looks at the files and does what their changes call for. It returns
// when the change is live, or when it is known why it cannot be.
func (l *Loop) Sync(ctx context.Context) Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := time.Now()
	changes, err := l.tree.look()
	if err != nil {
		return l.tell(Report{Program: l.Name, Err: err})
	}
	if len(changes) == 0 {
		return Report{Program: l.Name, Err: l.broken} // as it was
	}
	report := Report{Program: l.Name, Changed: paths(changes), First: l.count == 0, Arrived: l.Remote}
	report.Did, report.Err = l.apply(ctx, changes)
	if ctx.Err() != nil {
		l.stale = true
		return report // nobody wants it any more
	}
	report.Took = time.Since(savedAt(changes, seen))
	if report.First {
		report.Took = time.Since(seen)
	}
	return l.tell(report)
}

// tell reports and lets the browsers know.
func (l *Loop) tell(r Report) Report {
	l.broken = r.Err
	if r.Did == DidNothing && r.Err == nil {
		return r
	}
	if l.Report != nil {
		l.Report(r)
	}
	if !r.First {
		l.untold = append(l.untold, r)
	}
	l.Hub.tell(r)
	return r
}

// Told syncs and returns what came of all changes since it was called last: of
// those, too, that were found by watching.
func (l *Loop) Told(ctx context.Context) []Report {
	now := l.Sync(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.untold
	l.untold = nil
	if len(all) == 0 {
		return []Report{now}
	}
	return all
}

// apply does the least that makes the changes live.
func (l *Loop) apply(ctx context.Context, changes []change) (Did, error) {
	kinds := l.sort(changes)
	if kinds.install || kinds.assets {
		if err := l.assets.bundle(ctx, kinds.install); err != nil {
			return DidNothing, err
		}
	}
	if err := l.templates.generate(kinds.templates, kinds.removedTemplates); err != nil {
		l.stale = true
		return DidNothing, err
	}
	l.unmade = l.unmade || kinds.migrations
	l.stale = l.stale || kinds.code || l.templates.codeChanged()
	if l.stale {
		return l.replace(ctx)
	}
	switch {
	case len(kinds.templates) > 0:
		return DidText, l.templates.writeTexts(kinds.templates)
	case kinds.script, kinds.install:
		return DidScript, nil
	case kinds.assets:
		return DidStyle, nil
	default:
		return DidNothing, nil
	}
}

// replace builds, migrates if need be, starts, and swaps.
func (l *Loop) replace(ctx context.Context) (Did, error) {
	l.count++
	binary := filepath.Join(l.State, fmt.Sprintf("%s-%d", l.Name, l.count))
	if err := build(ctx, l.Dir, l.Package, binary, l.templates); err != nil {
		return DidNothing, err
	}
	did := DidRebuild
	if l.unmade {
		if err := l.run(ctx, binary, "migrate"); err != nil {
			return DidNothing, &StartError{fmt.Errorf("the migrations do not run: %w", err)}
		}
		l.unmade, did = false, DidMigrate
	}
	texts := binary + "-texts"
	if err := l.templates.writeAllTexts(texts); err != nil {
		return DidNothing, err
	}
	next, err := l.start(ctx, binary, texts)
	if err != nil {
		return DidNothing, &StartError{err}
	}
	l.swap(next)
	l.templates.live(texts)
	l.stale = false
	return did, nil
}

// swap sends new requests to the next process. The one before answers what it
// has at hand, which holds nobody up.
func (l *Loop) swap(next *process) {
	before := l.serving
	l.serving = next
	l.target.set(next.addresses())
	go l.mourn(next)
	if before != nil {
		l.ending.Go(before.stop)
	}
}

// mourn waits for the end of a process, and starts the program again if
// nobody asked for it.
func (l *Loop) mourn(p *process) {
	<-p.ended
	if p.stopping() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.serving != p {
		return
	}
	l.serving, l.stale = nil, true
	l.target.set("", "")
	ctx, cancel := context.WithTimeout(context.Background(), restartLimit)
	defer cancel()
	report := Report{Program: l.Name, Err: fmt.Errorf("the program ended by itself (%w); it runs again after the next change", p.err)}
	if time.Since(p.started) > crashLoop {
		report.Did, report.Err = l.replace(ctx)
		if report.Err == nil {
			report.Did = DidRestart
		}
	}
	l.tell(report)
}

const (
	// crashLoop is how long a program must have lived to be worth another try
	// without a change.
	crashLoop    = 5 * time.Second
	restartLimit = 5 * time.Minute
)

// Stop ends the program, and waits for it no longer than ctx allows.
func (l *Loop) Stop(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.serving != nil {
		l.ending.Go(l.serving.stop)
		l.serving = nil
	}
	done := make(chan struct{})
	go func() { l.ending.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the %s did not end in time: %w", l.Name, ctx.Err())
	}
}

// Ready tells whether the program can serve.
func (l *Loop) Ready() bool {
	pages, _ := l.target.get()
	return pages != ""
}

// Handler serves the program's port: whatever the program answers, and the
// loop's own paths.
func (l *Loop) Handler() http.Handler { return newProxy(l) }

// MetricsHandler serves the program's second port.
func (l *Loop) MetricsHandler() http.Handler { return newMetricsProxy(l) }

// kinds are the changes by what they call for.
type kinds struct {
	code, migrations        bool
	assets, script, install bool
	templates               []string
	removedTemplates        []string
}

func (l *Loop) sort(changes []change) kinds {
	var k kinds
	for _, c := range changes {
		switch {
		case strings.HasSuffix(c.path, ".templ") && c.removed:
			k.removedTemplates = append(k.removedTemplates, c.path)
			k.code = true
		case strings.HasSuffix(c.path, ".templ"):
			k.templates = append(k.templates, c.path)
		case l.Assets != "" && isAsset(l.Assets, c.path):
			k.assets = true
			k.script = k.script || !strings.HasSuffix(c.path, ".css")
		case l.Assets != "" && isManifest(l.Assets, c.path):
			k.install = true
		case l.Migrations != "" && strings.HasPrefix(c.path, l.Migrations+"/"):
			k.code, k.migrations = true, true
		default:
			k.code = true
		}
	}
	return k
}

func paths(changes []change) []string {
	all := make([]string, 0, len(changes))
	for _, c := range changes {
		all = append(all, c.path)
	}
	slices.Sort(all)
	return all
}

// savedAt is when the newest of the files was saved, as far as that can be
// believed: clocks differ between machines, and a checkout keeps old times.
func savedAt(changes []change, seen time.Time) time.Time {
	const believable = 30 * time.Second
	at := seen
	for i, c := range changes {
		if i == 0 || c.saved.After(at) {
			at = c.saved
		}
	}
	if at.After(seen) || seen.Sub(at) > believable {
		return seen
	}
	return at
}
