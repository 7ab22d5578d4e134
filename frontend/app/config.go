package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"todo-chatbot/internal/config"
	"todo-chatbot/internal/telemetry"
)

// Config is everything that the frontend is told from outside.
type Config struct {
	ListenHost     string        `envconfig:"LISTEN_HOST"`
	Port           int           `envconfig:"PORT" default:"3000"`
	BackendURL     config.URL    `envconfig:"BACKEND_URL" default:"http://localhost:8000"`
	CookieSecure   bool          `envconfig:"COOKIE_SECURE" default:"false"`
	LogLevel       slog.Level    `envconfig:"LOG_LEVEL" default:"info"`
	LogFormat      string        `envconfig:"LOG_FORMAT" default:"json"`
	ShutdownNotice time.Duration `envconfig:"SHUTDOWN_NOTICE" default:"0s"`
	ShutdownDrain  time.Duration `envconfig:"SHUTDOWN_DRAIN" default:"25s"`
}

// LoadConfig reads the environment. The error names every mistake in it.
func LoadConfig() (Config, error) {
	var c Config
	err := config.Load(&c)
	return c, err
}

const maxPort = 65535

// Validate implements config.Validator. Port 0 takes a free one.
func (c Config) Validate() error {
	var mistakes []error
	if c.Port < 0 || c.Port > maxPort {
		mistakes = append(mistakes, fmt.Errorf("PORT must be from 0 to %d", maxPort))
	}
	backend, err := url.Parse(string(c.BackendURL))
	if err != nil || backend.Host == "" || backend.Scheme != "http" && backend.Scheme != "https" {
		mistakes = append(mistakes, errors.New("BACKEND_URL must be a URL such as http://localhost:8000"))
	}
	if c.LogFormat != telemetry.FormatJSON && c.LogFormat != telemetry.FormatText {
		mistakes = append(mistakes, errors.New("LOG_FORMAT must be json or text"))
	}
	if c.ShutdownNotice < 0 || c.ShutdownDrain < 0 {
		mistakes = append(mistakes, errors.New("SHUTDOWN_NOTICE and SHUTDOWN_DRAIN must not be negative"))
	}
	return errors.Join(mistakes...)
}

// LogValue implements slog.LogValuer.
func (c Config) LogValue() slog.Value { return config.LogValue(c) }
