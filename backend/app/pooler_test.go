package app_test

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/postgres/pgtest"
	"todo-chatbot/internal/config"
)

// pooler runs PgBouncer in transaction mode, with fewer connections to the
// server than it takes from clients, in front of the database at direct.
func pooler(t *testing.T, direct string) (pooled string) {
	t.Helper()
	path, err := exec.LookPath("pgbouncer")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("PgBouncer is not installed; on Debian: apt-get install pgbouncer")
	}
	if err != nil {
		t.Fatal(err)
	}
	database, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := database.User.Password()
	// Not t.TempDir, which PgBouncer as another user cannot enter.
	dir, err := os.MkdirTemp("", "todo-pgbouncer-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"users": fmt.Sprintf("%q %q\n", database.User.Username(), password),
		"pgbouncer.ini": fmt.Sprintf(`[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s/users
pool_mode = transaction
default_pool_size = 3
`, database.Hostname(), database.Port(), port, dir),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{filepath.Join(dir, "pgbouncer.ini")}
	if os.Geteuid() == 0 { // it refuses to run as root
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		args = append([]string{"-u", "nobody"}, args...)
	}
	cmd := exec.Command(path, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // killed on purpose
	})
	address := fmt.Sprintf("127.0.0.1:%d", port)
	eventually(t, "PgBouncer listens", func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	database.Host = address
	return database.String()
}

func TestThroughAPooler(t *testing.T) {
	t.Parallel()
	direct := pgtest.URL(t)
	cfg := testConfig(pooler(t, direct))
	cfg.DatabaseDirectURL = config.URL(direct)
	one, _ := start(t, cfg)
	two, _ := start(t, cfg)
	p := signUp(t, roundRobin(t, one, two), &http.Client{})
	first, err := p.Chat(t.Context(), p.id, "", api.ChatRequest{Message: "Add a task to buy milk"})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			request := api.ChatRequest{Message: fmt.Sprint("Add a task to read book ", i), ConversationID: &first.ConversationID}
			if i%2 == 0 {
				request.ConversationID = nil
			}
			if _, err := p.Chat(t.Context(), p.id, fmt.Sprint("key", i), request); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	page, err := p.ListTasks(t.Context(), p.id, api.TaskQuery{})
	if err != nil || len(page.Tasks) != 11 {
		t.Errorf("got %d tasks, %v", len(page.Tasks), err)
	}
}
