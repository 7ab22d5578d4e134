// Command benchloop is `make bench-loop`: it edits sources as a developer does
// and measures how long each edit takes to be served, in `make run`, in a
// cluster where Skaffold syncs, and by building an image. Beside each it
// measures the floor in the same run: a bare incremental build and a start.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const (
	servedAuto = "auto"
	servedNone = "none"
	// Where `skaffold dev` forwards the two programs.
	skaffoldURLs = "http://localhost:3000,http://localhost:8000"
)

// options are the command line.
type options struct {
	n           int
	run         bool
	served, dir string
	kubeContext string
	pause       time.Duration
	classic     bool
	classicN    int
	commands    classicCommands
	write       bool
	page        string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	stopped := ctx.Err() != nil
	stop()
	var left *leftError
	switch {
	case errors.Is(err, flag.ErrHelp):
	case stopped && err != nil && !errors.As(err, &left):
		fmt.Fprintln(os.Stderr, "benchloop: stopped; the files are as they were")
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "benchloop:", err)
		os.Exit(1)
	}
}

func parse(args []string, messages io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("benchloop", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.IntVar(&o.n, "n", 10, "`edits` of each kind")
	flags.BoolVar(&o.run, "run", true, "measure make run, in a copy of the checkout")
	flags.StringVar(&o.served, "served", servedAuto, "the `URLs` of frontend and backend that a running skaffold dev serves from -dir; \""+servedAuto+"\" takes "+skaffoldURLs+" if development pods answer there, \""+servedNone+"\" measures no cluster")
	flags.StringVar(&o.dir, "dir", ".", "the `checkout`; with -served its files are edited in place and put back")
	flags.StringVar(&o.kubeContext, "context", os.Getenv("KUBE_CONTEXT"), "the kube `context`; the current one if empty, minikube for -classic")
	flags.DurationVar(&o.pause, "pause", time.Second, "the `time` between two edits in the cluster: after each, the tool that syncs still runs its hook")
	flags.BoolVar(&o.classic, "classic", false, "measure the image loop too: build, load, helm upgrade, rollout")
	flags.IntVar(&o.classicN, "classic-n", 3, "`edits` of the image loop")
	o.commands.flags(flags)
	flags.BoolVar(&o.write, "write", false, "write the tables into -page")
	flags.StringVar(&o.page, "page", "docs/benchmarks.md", "the `file` whose marks -write fills, relative to -dir")
	if err := flags.Parse(args); err != nil {
		return o, err //nolint:wrapcheck // it has been printed
	}
	if flags.NArg() > 0 || o.n < 1 || o.classicN < 1 {
		return o, errors.New("there are no arguments besides flags, and at least one edit; -h lists the flags")
	}
	dir, err := filepath.Abs(o.dir)
	o.dir = dir
	return o, err
}

// bench is one run of the benchmark.
type bench struct {
	options
	out    io.Writer
	marker string // in everything that this run writes
	temp   string
	limit  time.Duration // for one edit to be served
}

// editLimit is far more than an edit takes, even in a busy cluster.
const editLimit = 2 * time.Minute

func run(ctx context.Context, o options, out io.Writer) (err error) {
	facts := machineFacts(ctx, o.dir) // before our own load
	temp, err := os.MkdirTemp("", "bench-loop-")
	if err != nil {
		return fmt.Errorf("a place for copies: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	// PostgreSQL does not run as root, and must reach its data below.
	if err := os.Chmod(temp, 0o755); err != nil { //nolint:gosec // a copy of public sources
		return err
	}
	b := &bench{options: o, out: out, marker: newMarker(), temp: temp, limit: editLimit}
	blocks, err := b.measureAll(ctx)
	if err != nil {
		return err
	}
	for i := range blocks {
		blocks[i].Facts = facts
		if _, err := fmt.Fprintf(out, "\n%s\n", blocks[i]); err != nil {
			return fmt.Errorf("print the table: %w", err)
		}
	}
	if !o.write {
		return nil
	}
	return writeBlocks(filepath.Join(o.dir, filepath.FromSlash(o.page)), blocks)
}

// measureAll runs every part that was asked for.
func (b *bench) measureAll(ctx context.Context) ([]block, error) {
	var blocks []block
	cluster, err := b.findCluster(ctx)
	if err != nil {
		return nil, err
	}
	floor, err := b.newFloor(ctx)
	if err != nil {
		return nil, err
	}
	if b.run {
		results, err := b.measureRun(ctx, floor)
		if err != nil {
			return nil, fmt.Errorf("make run: %w", err)
		}
		blocks = append(blocks, block{Name: blockRun, Results: results})
	}
	var inCluster []result
	if cluster != nil {
		if inCluster, err = b.measureSite(ctx, cluster, floor, clusterBounds); err != nil {
			return nil, fmt.Errorf("cluster: %w", err)
		}
		blocks = append(blocks, block{Name: blockCluster, Results: inCluster})
	}
	if b.classic {
		results, err := b.measureClassic(ctx, goEdit(inCluster))
		if err != nil {
			return nil, fmt.Errorf("image loop: %w", err)
		}
		blocks = append(blocks, block{Name: blockClassic, Results: results})
	}
	return blocks, nil
}

// say tells a person who waits what is going on.
func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.out, format+"\n", args...) // nobody may be looking
}
