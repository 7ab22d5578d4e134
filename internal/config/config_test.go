package config_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"todo-chatbot/internal/config"
)

type settings struct {
	Port    int           `envconfig:"TEST_PORT" default:"8000"`
	Timeout time.Duration `envconfig:"TEST_TIMEOUT" default:"5s"`
	Verbose bool          `envconfig:"TEST_VERBOSE"`
	Secret  config.Secret `envconfig:"TEST_SECRET" required:"true"`
	URL     config.URL    `envconfig:"TEST_URL"`
}

func (s *settings) Validate() error {
	var mistakes []error
	if s.Port < 1 {
		mistakes = append(mistakes, errors.New("TEST_PORT must be positive"))
	}
	if len(s.Secret) < 4 {
		mistakes = append(mistakes, errors.New("TEST_SECRET is too short"))
	}
	return errors.Join(mistakes...)
}

func TestLoad(t *testing.T) {
	t.Setenv("TEST_SECRET", "hunter2")
	t.Setenv("TEST_TIMEOUT", "250ms")
	var s settings
	if err := config.Load(&s); err != nil {
		t.Fatal(err)
	}
	if s.Port != 8000 || s.Timeout != 250*time.Millisecond || s.Secret != "hunter2" {
		t.Errorf("got %+v", s)
	}
}

func TestLoad_NamesEveryMistake(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"unreadable": {
			map[string]string{"TEST_PORT": "eighty", "TEST_TIMEOUT": "soon", "TEST_VERBOSE": "maybe"},
			[]string{"TEST_PORT must be a whole number", "TEST_TIMEOUT must be a duration", "TEST_VERBOSE must be true or false", "TEST_SECRET must be set"},
		},
		"both": {
			map[string]string{"TEST_TIMEOUT": "soon", "TEST_PORT": "-1", "TEST_SECRET": "abcd"},
			[]string{"TEST_TIMEOUT must be a duration", "TEST_PORT must be positive"},
		},
		"invalid": {
			map[string]string{"TEST_PORT": "-1", "TEST_SECRET": "abc"},
			[]string{"TEST_PORT must be positive", "TEST_SECRET is too short"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			err := config.Load(&settings{})
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.Count(err.Error(), "\n  - "); got != len(test.want) {
				t.Errorf("%d mistakes are named, want %d: %v", got, len(test.want), err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not name %q", err, want)
				}
			}
		})
	}
}

func TestLogValue_HidesSecrets(t *testing.T) {
	t.Parallel()
	s := settings{Port: 1, Secret: "hunter2", URL: "postgres://me:hunter2@db.example/todo?password=hunter2"}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("settings", slog.Any("settings", config.LogValue(s)))
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("a secret is in the log: %s", out.String())
	}
	for _, want := range []string{"TEST_PORT=1", "TEST_SECRET=[set]", "db.example/todo"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s does not say %s", out.String(), want)
		}
	}
}

func TestURL_KeywordFormIsNotShown(t *testing.T) {
	t.Parallel()
	if got := config.URL("host=db password=hunter2").String(); got != "[set]" {
		t.Errorf("got %q", got)
	}
}
