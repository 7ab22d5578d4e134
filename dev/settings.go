package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/joho/godotenv"

	"todo-chatbot/dev/localpg"
	"todo-chatbot/internal/config"
)

// settings are what `make run` itself reads. Everything else in the
// environment or in .env, such as LLM_PROVIDER, goes to the apps as it is.
type settings struct {
	// ListenHost is this machine alone by default: what runs here is not for
	// the network around it.
	ListenHost   string     `envconfig:"LISTEN_HOST" default:"127.0.0.1"`
	FrontendPort int        `envconfig:"FRONTEND_PORT" default:"3000"`
	BackendPort  int        `envconfig:"BACKEND_PORT" default:"8000"`
	MetricsPort  int        `envconfig:"METRICS_PORT" default:"9090"`
	DatabaseURL  string     `envconfig:"DATABASE_URL"`
	JWTSecret    string     `envconfig:"JWT_SECRET"`
	LogLevel     slog.Level `envconfig:"LOG_LEVEL" default:"info"`
	// StateDir keeps the database and the generated secret between runs.
	StateDir string `envconfig:"TODO_STATE_DIR"`

	// Root is the checkout.
	Root string `ignored:"true"`
}

// Validate implements config.Validator. The ports are tried, and the rest is
// the apps' to judge.
func (s *settings) Validate() error { return nil }

func loadSettings() (settings, error) {
	var s settings
	root, err := checkoutRoot()
	if err != nil {
		return s, err
	}
	if err := godotenv.Load(filepath.Join(root, ".env")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("read .env: %w", err)
	}
	if err := config.Load(&s); err != nil {
		return s, err
	}
	s.Root = root
	if s.StateDir == "" {
		s.StateDir, err = localpg.StateDir(checkoutName(root))
	} else {
		err = os.MkdirAll(s.StateDir, 0o755) //nolint:gosec // what is in it is closed, but as root the server passes through
	}
	if err != nil {
		return s, err
	}
	if s.JWTSecret == "" {
		s.JWTSecret, err = keptSecret(filepath.Join(s.StateDir, "jwt-secret"))
	}
	return s, err
}

// checkoutRoot is the nearest folder with a go.mod, from the current one up.
func checkoutRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("there is no go.mod here or above; run this in the checkout")
		}
		dir = parent
	}
}

// checkoutName tells checkouts apart, so that each has data of its own, and
// still shows a person which is which: "todo-chatbot-1f2e3d4c".
func checkoutName(root string) string {
	hash := sha256.Sum256([]byte(root))
	return filepath.Base(root) + "-" + hex.EncodeToString(hash[:4])
}

// keptSecret makes a secret the first time and returns the same one ever
// after, so that a restart signs nobody out.
func keptSecret(path string) (string, error) {
	kept, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if len(kept) > 0 {
		return string(kept), nil
	}
	secret := rand.Text() + rand.Text()
	return secret, os.WriteFile(path, []byte(secret), 0o600)
}
