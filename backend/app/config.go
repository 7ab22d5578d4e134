package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/internal/config"
	"todo-chatbot/internal/telemetry"
)

// Model providers that LLM_PROVIDER can name.
const (
	ProviderRules  = "rules"
	ProviderOpenAI = "openai"
)

// Config is every setting of the backend. docs/configuration.md explains them
// to people; a test keeps the two together.
type Config struct {
	ListenHost  string `envconfig:"LISTEN_HOST"`
	Port        int    `envconfig:"PORT" default:"8000"`
	MetricsPort int    `envconfig:"METRICS_PORT" default:"9090"`

	DatabaseURL       config.URL `envconfig:"DATABASE_URL" required:"true"`
	DatabaseDirectURL config.URL `envconfig:"DATABASE_DIRECT_URL"`
	DatabaseMaxConns  int        `envconfig:"DATABASE_MAX_CONNS" default:"10"`

	JWTSecret   config.Secret `envconfig:"JWT_SECRET" required:"true"`
	JWTLifetime time.Duration `envconfig:"JWT_LIFETIME" default:"24h"`

	SignInLimitEmail   int    `envconfig:"SIGN_IN_LIMIT_EMAIL" default:"10"`
	SignInLimitAddress int    `envconfig:"SIGN_IN_LIMIT_ADDRESS" default:"100"`
	RequestLimit       int    `envconfig:"REQUEST_LIMIT" default:"1200"`
	TurnLimit          int    `envconfig:"TURN_LIMIT" default:"60"`
	TrustedProxies     string `envconfig:"TRUSTED_PROXIES" default:"127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"`

	RetentionConversations time.Duration `envconfig:"RETENTION_CONVERSATIONS" default:"0s"`
	RetentionKeys          time.Duration `envconfig:"RETENTION_KEYS" default:"48h"`

	LLMProvider   string        `envconfig:"LLM_PROVIDER" default:"rules"`
	OpenAIBaseURL config.URL    `envconfig:"OPENAI_BASE_URL" default:"https://api.openai.com/v1"`
	OpenAIAPIKey  config.Secret `envconfig:"OPENAI_API_KEY"`
	OpenAIModel   string        `envconfig:"OPENAI_MODEL"`
	OpenAITimeout time.Duration `envconfig:"OPENAI_TIMEOUT" default:"30s"`
	OpenAIRetries int           `envconfig:"OPENAI_RETRIES" default:"2"`

	ChatMaxSteps        int           `envconfig:"CHAT_MAX_STEPS" default:"8"`
	ChatHistoryMessages int           `envconfig:"CHAT_HISTORY_MESSAGES" default:"30"`
	ChatTurnTimeout     time.Duration `envconfig:"CHAT_TURN_TIMEOUT" default:"90s"`
	ChatLease           time.Duration `envconfig:"CHAT_LEASE" default:"15s"`
	ChatMaxTurnTokens   int64         `envconfig:"CHAT_MAX_TURN_TOKENS" default:"100000"`
	ChatMaxDayTokens    int64         `envconfig:"CHAT_MAX_DAY_TOKENS" default:"1000000"`

	ShutdownNotice time.Duration `envconfig:"SHUTDOWN_NOTICE" default:"0s"`
	ShutdownDrain  time.Duration `envconfig:"SHUTDOWN_DRAIN" default:"25s"`

	LogLevel  slog.Level `envconfig:"LOG_LEVEL" default:"info"`
	LogFormat string     `envconfig:"LOG_FORMAT" default:"json"`
}

// LoadConfig reads the settings from the environment. The error names every
// mistake at once.
func LoadConfig() (Config, error) {
	var c Config
	if err := config.Load(&c); err != nil {
		return Config{}, fmt.Errorf("backend: %w", err)
	}
	return c, nil
}

// Validate implements config.Validator.
func (c *Config) Validate() error {
	var mistakes []error
	must := func(ok bool, format string, args ...any) {
		if !ok {
			mistakes = append(mistakes, fmt.Errorf(format, args...))
		}
	}
	must(validPort(c.Port), "PORT must be from 0 to 65535")
	must(validPort(c.MetricsPort), "METRICS_PORT must be from 0 to 65535")
	must(c.Port == 0 || c.Port != c.MetricsPort, "PORT and METRICS_PORT must differ")
	must(c.DatabaseMaxConns >= 2, "DATABASE_MAX_CONNS must be at least 2")
	must(len(c.JWTSecret) >= auth.MinSecret, "JWT_SECRET must have %d bytes or more; `openssl rand -base64 32` makes a good one", auth.MinSecret)
	must(c.JWTLifetime >= time.Minute, "JWT_LIFETIME must be at least 1m")
	must(c.SignInLimitEmail >= 0 && c.SignInLimitAddress >= 0, "SIGN_IN_LIMIT_EMAIL and SIGN_IN_LIMIT_ADDRESS must not be negative")
	must(c.RequestLimit >= 0 && c.TurnLimit >= 0, "REQUEST_LIMIT and TURN_LIMIT must not be negative")
	_, err := c.trustedProxies()
	must(err == nil, "%w", err)
	must(c.RetentionConversations >= 0, "RETENTION_CONVERSATIONS must not be negative")
	must(c.RetentionKeys >= time.Hour, "RETENTION_KEYS must be at least 1h")
	must(c.LLMProvider == ProviderRules || c.LLMProvider == ProviderOpenAI, "LLM_PROVIDER must be rules or openai")
	if c.LLMProvider == ProviderOpenAI {
		base, err := url.Parse(string(c.OpenAIBaseURL))
		must(err == nil && base.Host != "", "OPENAI_BASE_URL must be a URL such as https://api.openai.com/v1")
		must(c.OpenAIModel != "", "OPENAI_MODEL must be set when LLM_PROVIDER is openai")
		must(c.OpenAITimeout > 0, "OPENAI_TIMEOUT must be positive")
		must(c.OpenAIRetries >= 0, "OPENAI_RETRIES must not be negative")
	}
	must(c.ChatMaxSteps >= 1, "CHAT_MAX_STEPS must be at least 1")
	must(c.ChatHistoryMessages >= 0, "CHAT_HISTORY_MESSAGES must not be negative")
	must(c.ChatTurnTimeout > 0, "CHAT_TURN_TIMEOUT must be positive")
	must(c.ChatLease >= time.Second, "CHAT_LEASE must be at least 1s")
	must(c.ChatMaxTurnTokens >= 0 && c.ChatMaxDayTokens >= 0, "CHAT_MAX_TURN_TOKENS and CHAT_MAX_DAY_TOKENS must not be negative")
	must(c.ShutdownNotice >= 0 && c.ShutdownDrain >= 0, "SHUTDOWN_NOTICE and SHUTDOWN_DRAIN must not be negative")
	must(c.LogFormat == telemetry.FormatJSON || c.LogFormat == telemetry.FormatText, "LOG_FORMAT must be json or text")
	return errors.Join(mistakes...)
}

// trustedProxies are the networks of TRUSTED_PROXIES.
func (c *Config) trustedProxies() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for part := range strings.SplitSeq(c.TrustedProxies, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, errors.New("TRUSTED_PROXIES must be networks such as 10.0.0.0/8,fd00::/8")
		}
		networks = append(networks, network)
	}
	return networks, nil
}

func validPort(port int) bool { return port >= 0 && port <= 65535 }

// pooled tells whether DATABASE_URL leads to a pooler: it does where there is
// another way to the same database.
func (c *Config) pooled() bool {
	return c.DatabaseDirectURL != "" && c.DatabaseDirectURL != c.DatabaseURL
}

// migrationURL is the way to the database that is no pooler.
func (c *Config) migrationURL() string {
	if c.DatabaseDirectURL != "" {
		return string(c.DatabaseDirectURL)
	}
	return string(c.DatabaseURL)
}
