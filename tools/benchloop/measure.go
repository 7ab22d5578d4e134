package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bound is what an edit may take: a multiple of the floor, or a time.
type bound struct {
	floors float64
	time   time.Duration
	// times is how many times faster a Go edit in the cluster must be.
	times float64
}

var (
	runBounds = map[string]bound{
		goBackend.name: {floors: 1.3}, goFrontend.name: {floors: 1.3},
		templText.name: {time: 300 * time.Millisecond}, style.name: {time: 200 * time.Millisecond},
	}
	clusterBounds = map[string]bound{
		goBackend.name: {floors: 2}, goFrontend.name: {floors: 2},
		templText.name: {time: 600 * time.Millisecond}, style.name: {time: 600 * time.Millisecond},
	}
)

// result is what was measured of one kind of edit.
type result struct {
	Name  string
	Floor []time.Duration
	Live  []time.Duration
	Bound bound
	// GoEdit is the median of a Go edit in the cluster, where an image loop
	// was measured in the same run.
	GoEdit time.Duration
}

// measureRun measures `make run` in a copy of the checkout.
func (b *bench) measureRun(ctx context.Context, f *floor) (results []result, err error) {
	s, p, err := b.startRun(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.awaitServed(ctx, startLimit, s.up); err != nil {
		return nil, fmt.Errorf("it does not come up: %w", err)
	}
	return b.measureSite(ctx, s, f, runBounds)
}

// startLimit allows for a first build, and for fetching PostgreSQL.
const startLimit = 10 * time.Minute

func (b *bench) startRun(ctx context.Context) (*site, *process, error) {
	b.say("make run: starting in a copy")
	dir := filepath.Join(b.temp, "run")
	if err := copyCheckout(ctx, b.dir, dir, packages, bundled); err != nil {
		return nil, nil, err
	}
	binary := filepath.Join(b.temp, "dev")
	if _, err := output(command(ctx, dir, nil, "go", "build", "-buildvcs=false", "-o", binary, "./dev")); err != nil {
		return nil, nil, err
	}
	const needed = 3
	ports, err := freePorts(ctx, needed)
	if err != nil {
		return nil, nil, err
	}
	// It lives until stop, not until ctx is done: files are put back first.
	p, err := start(command(context.WithoutCancel(ctx), dir, []string{
		"TODO_STATE_DIR=" + filepath.Join(b.temp, "state"), "LISTEN_HOST=127.0.0.1",
		"FRONTEND_PORT=" + strconv.Itoa(ports[0]), "BACKEND_PORT=" + strconv.Itoa(ports[1]), "METRICS_PORT=" + strconv.Itoa(ports[2]),
		"DATABASE_URL=", "DATABASE_DIRECT_URL=", "JWT_SECRET=", "LLM_PROVIDER=rules",
	}, binary))
	if err != nil {
		return nil, nil, err
	}
	return &site{dir: dir, pages: localURL(ports[0]), api: localURL(ports[1]), limit: b.limit}, p, nil
}

// up is nil when both programs serve.
func (s *site) up(ctx context.Context) error {
	if _, err := get(ctx, s.api+"/api/health/ready"); err != nil {
		return err
	}
	_, err := get(ctx, s.pages+signInPath)
	return err
}

// measureSite makes every kind of edit at a site.
func (b *bench) measureSite(ctx context.Context, s *site, f *floor, bounds map[string]bound) ([]result, error) {
	var results []result
	for _, e := range edits {
		k, err := newFileEdit(e, s, b.marker)
		if err != nil {
			return nil, err
		}
		r, err := b.measure(ctx, k, s, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		r.Bound = bounds[e.name]
		results = append(results, r)
	}
	// The last, because nothing shows when its files are gone but the loop.
	m, err := newMigrations(ctx, s, b.marker)
	if err != nil {
		return nil, err
	}
	r, err := b.measure(ctx, m, s, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", migrationName, err)
	}
	return append(results, r), nil
}

// measure makes the edits of a kind, a floor with each where there is one,
// so that whatever else the machine does falls on both alike. It leaves the
// files as they were.
func (b *bench) measure(ctx context.Context, k kind, s *site, f *floor) (r result, err error) {
	defer func() {
		if left := k.restore(ctx); left != nil {
			err = errors.Join(err, &leftError{left})
		}
	}()
	name, program := k.describe()
	r.Name = name
	for n := 1; n <= b.n; n++ {
		steps := []func() error{
			func() error { return r.addFloor(ctx, f, program) },
			func() error { return r.addLive(ctx, k, s, n) },
		}
		if n%2 == 0 { // neither always has the other's leftovers to bear
			slices.Reverse(steps)
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return r, fmt.Errorf("edit %d: %w", n, err)
			}
		}
	}
	b.say("  %s: %s", name, list(r.Live))
	if len(r.Floor) > 0 {
		b.say("    floor: %s", list(r.Floor))
	}
	return r, nil
}

func (r *result) addFloor(ctx context.Context, f *floor, program string) error {
	if program == "" {
		return nil
	}
	took, err := f.round(ctx, program)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	r.Floor = append(r.Floor, took)
	return nil
}

func (r *result) addLive(ctx context.Context, k kind, s *site, n int) error {
	if err := s.rest(ctx); err != nil {
		return err
	}
	took, err := live(ctx, k, n, s.limit)
	r.Live = append(r.Live, took)
	return err
}

// leftError tells of what could not be put back; Ctrl-C is no reason to keep
// quiet about it.
type leftError struct{ error }

func (e *leftError) Unwrap() error { return e.error }

// live saves an edit and tells how long it took until it was served.
func live(ctx context.Context, k kind, n int, limit time.Duration) (time.Duration, error) {
	began := time.Now()
	if err := k.save(n); err != nil {
		return 0, err
	}
	err := await(ctx, limit, func(ctx context.Context) error { return k.served(ctx, n) })
	return time.Since(began), err
}

func list(times []time.Duration) string {
	var all []string
	for _, t := range times {
		all = append(all, fmt.Sprintf("%.2f", t.Seconds()))
	}
	return strings.Join(all, " ") + " s"
}
