package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// floor is what no loop can beat: the compiler, called by hand on a copy of
// the sources, and the start of what it built. The copy is its own, because a
// loop would build each edit of the floor as well.
type floor struct {
	site  *site
	temp  string
	kinds map[string]kind
	ports map[string]int
	n     int
}

func (b *bench) newFloor(ctx context.Context) (*floor, error) {
	b.say("Floor: the first build of a copy")
	dir := filepath.Join(b.temp, "floor")
	if err := copyCheckout(ctx, b.dir, dir, bundled); err != nil {
		return nil, err
	}
	const needed = 4 // and one for metrics, and one for whom the frontend asks
	ports, err := freePorts(ctx, needed)
	if err != nil {
		return nil, err
	}
	f := &floor{
		site: &site{dir: dir, api: localURL(ports[0]), pages: localURL(ports[1]), limit: b.limit},
		temp: b.temp, kinds: map[string]kind{},
		ports: map[string]int{backend: ports[0], frontend: ports[1], metrics: ports[2], nobody: ports[3]},
	}
	for _, e := range []edit{goBackend, goFrontend} {
		if f.kinds[e.floor], err = newFileEdit(e, f.site, b.marker); err != nil {
			return nil, err
		}
		if _, err := f.round(ctx, e.floor); err != nil { // not counted: it compiles the whole program
			return nil, fmt.Errorf("floor: %w", err)
		}
	}
	return f, nil
}

const (
	metrics = "metrics"
	nobody  = "nobody"
)

// round makes an edit, builds, starts, and tells how long it took until the
// edit was served. The program ends before the next one begins.
func (f *floor) round(ctx context.Context, program string) (took time.Duration, err error) {
	f.n++
	// A new file each time, as in a loop: to replace one, some file systems
	// write to the disk first, which is no part of a build.
	binary := filepath.Join(f.temp, fmt.Sprintf("%s-%d", program, f.n))
	defer func() { err = errors.Join(err, os.RemoveAll(binary)) }()
	began := time.Now()
	if err := f.kinds[program].save(f.n); err != nil {
		return 0, err
	}
	build := command(ctx, f.site.dir, []string{"CGO_ENABLED=0"}, "go", "build", "-buildvcs=false", "-ldflags", "-s -w", "-o", binary, "./"+program)
	if _, err := output(build); err != nil {
		return 0, err
	}
	p, err := start(command(ctx, f.site.dir, f.environ(program), binary, "serve"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	err = p.awaitServed(ctx, f.site.limit, func(ctx context.Context) error { return f.kinds[program].served(ctx, f.n) })
	return time.Since(began), err
}

// environ are a program's settings. Nobody asks for anything that needs a
// database or a backend.
func (f *floor) environ(program string) []string {
	return []string{
		"LISTEN_HOST=127.0.0.1", "PORT=" + strconv.Itoa(f.ports[program]), "METRICS_PORT=" + strconv.Itoa(f.ports[metrics]),
		"DATABASE_URL=postgres://nobody@127.0.0.1:" + strconv.Itoa(f.ports[nobody]) + "/none", "DATABASE_DIRECT_URL=",
		"BACKEND_URL=" + localURL(f.ports[nobody]), "COOKIE_SECURE=false",
		"JWT_SECRET=no session is opened with this secret", "LLM_PROVIDER=rules",
		"LOG_LEVEL=info", "LOG_FORMAT=json", "SHUTDOWN_NOTICE=0s", "SHUTDOWN_DRAIN=2s",
	}
}
