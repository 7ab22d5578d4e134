package loop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// startLimit is how long a program may take until it answers.
const startLimit = 30 * time.Second

// process is one run of the program.
type process struct {
	binary, texts string
	cmd           *exec.Cmd
	started       time.Time
	port, metrics int
	tail          *tail         // the last of what it printed
	ended         chan struct{} // closed when it has ended
	err           error         // how it ended, once it has
	asked         atomic.Bool   // to stop
}

// start runs a binary and returns once it answers.
func (l *Loop) start(ctx context.Context, binary, texts string) (*process, error) {
	ports, err := freePorts(ctx, 2)
	if err != nil {
		return nil, err
	}
	p := &process{
		binary: binary, texts: texts, port: ports[0], metrics: ports[1],
		started: time.Now(), tail: &tail{}, ended: make(chan struct{}),
	}
	p.cmd = exec.Command(binary, "serve") //nolint:noctx // it outlives the change that it came with
	p.cmd.Dir = l.Dir
	p.cmd.Env = l.environ([]string{
		"LISTEN_HOST=127.0.0.1", "PORT=" + strconv.Itoa(p.port), "METRICS_PORT=" + strconv.Itoa(p.metrics),
		"TEMPL_DEV_MODE=true", "TEMPL_DEV_MODE_ROOT=" + texts,
	})
	output := io.MultiWriter(l.Output, p.tail)
	p.cmd.Stdout, p.cmd.Stderr = output, output
	p.cmd.SysProcAttr = ownGroup()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the %s: %w", l.Name, err)
	}
	go func() {
		p.err = exitError(p.cmd.Wait())
		close(p.ended)
	}()
	if err := p.await(ctx); err != nil {
		p.stop()
		return nil, fmt.Errorf("the %s does not start: %w\n%s", l.Name, err, p.tail)
	}
	return p, nil
}

// environ are the settings of a process of the program; the last of a name holds.
func (l *Loop) environ(more []string) []string {
	return append(append(os.Environ(), l.Env...), more...)
}

// await returns once the process answers that it is alive.
func (p *process) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !p.alive(ctx) {
		select {
		case <-look.C:
		case <-p.ended:
			return p.err
		case <-ctx.Done():
			return errors.New("it does not answer")
		}
	}
	return nil
}

func (p *process) alive(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+strconv.Itoa(p.port)+"/api/health", http.NoBody)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

func (p *process) addresses() (pages, metrics string) {
	return "127.0.0.1:" + strconv.Itoa(p.port), "127.0.0.1:" + strconv.Itoa(p.metrics)
}

// stop asks the process to end and returns when it has; nothing is left of it.
func (p *process) stop() {
	const patience = 5 * time.Second
	p.asked.Store(true)
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	_ = os.Remove(p.binary)
	_ = os.RemoveAll(p.texts)
}

func (p *process) stopping() bool { return p.asked.Load() }

// run calls a command of the program and waits for it.
func (l *Loop) run(ctx context.Context, binary string, args ...string) error {
	last := &tail{}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir, cmd.Env = l.Dir, l.environ(nil)
	output := io.MultiWriter(l.Output, last)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w\n%s", err, last)
	}
	return nil
}

// ownGroup keeps a terminal's Ctrl-C away from the program: the loop decides
// when it ends.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// exitError is never nil: a program that serves does not end.
func exitError(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// freePorts are ports that nobody listens on at the moment.
func freePorts(ctx context.Context, count int) ([]int, error) {
	var ports []int
	var config net.ListenConfig
	for range count {
		listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a port: %w", err)
		}
		defer listener.Close() //nolint:errcheck // it was never used
		address, ok := listener.Addr().(*net.TCPAddr)
		if !ok {
			return nil, fmt.Errorf("find a port: %v is none", listener.Addr())
		}
		ports = append(ports, address.Port)
	}
	return ports, nil
}

// tail keeps the end of what a program prints.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(b []byte) (int, error) {
	const most = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-most):]
	return len(b), nil
}

// String is the last lines.
func (t *tail) String() string {
	const most = 12
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}
