// Package openai is the llm.Provider for every endpoint that speaks OpenAI's
// chat completions: OpenAI itself, Gemini's compatible endpoint, Groq,
// OpenRouter, Ollama, vLLM. It is the only package that imports OpenAI's SDK.
package openai

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/sony/gobreaker/v2"

	"todo-chatbot/backend/internal/llm"
)

// Config is what New needs to reach an endpoint.
type Config struct {
	BaseURL    string        // up to and including the version, as "https://api.openai.com/v1"; empty means that one
	APIKey     string        // may be empty, as Ollama wants none
	Model      string        // as the endpoint names it
	Timeout    time.Duration // of one attempt, to the end of its stream; zero means none
	MaxRetries int           // attempts after the first
}

// Provider asks one model at one endpoint. It is safe for concurrent use.
type Provider struct {
	chat       openai.ChatCompletionService
	model      string
	timeout    time.Duration
	maxRetries int
	backoff    time.Duration // before the first retry, doubled for each more
	breaker    *gobreaker.CircuitBreaker[*answer]
}

// New returns a provider for the endpoint of cfg. It sends nothing yet.
func New(cfg Config) *Provider {
	return &Provider{
		// The SDK's NewClient would read OPENAI_* from the environment behind
		// the configuration's back; a service built from options does not.
		chat:       openai.NewChatCompletionService(options(cfg)...),
		model:      cfg.Model,
		timeout:    cfg.Timeout,
		maxRetries: cfg.MaxRetries,
		backoff:    500 * time.Millisecond,
		breaker:    newBreaker(breakerRest),
	}
}

func options(cfg Config) []option.RequestOption {
	opts := []option.RequestOption{
		option.WithEnvironmentProduction(),
		option.WithHTTPClient(&http.Client{}),
		// The SDK retries neither a timeout nor a cut stream, waits within the
		// attempt's own timeout, and loses the status of an error that is no
		// JSON. So Complete retries, and the SDK does not.
		option.WithMaxRetries(0),
	}
	if cfg.BaseURL != "" {
		opts = append(opts, option.WithBaseURL(cfg.BaseURL))
	}
	if cfg.APIKey != "" {
		opts = append(opts, option.WithAPIKey(cfg.APIKey))
	}
	return opts
}

// Name implements llm.Provider.
func (p *Provider) Name() string { return "openai" }

// Complete implements llm.Provider. It retries what may pass by itself, but
// never after a piece of text has been handed out, which would say it twice.
func (p *Provider) Complete(ctx context.Context, req llm.Request, onDelta func(string)) (llm.Response, error) {
	params := newParams(p.model, req)
	spoke := false
	say := func(text string) {
		spoke = true
		if onDelta != nil {
			onDelta(text)
		}
	}
	for try := 0; ; try++ {
		ans, err := p.breaker.Execute(func() (*answer, error) { return p.attempt(ctx, params, say) })
		if err == nil {
			return ans.response(callIDs(req.Messages)), nil
		}
		if ctx.Err() != nil {
			return llm.Response{}, ctx.Err()
		}
		err = refused(err)
		wait, ok := p.retryDelay(try, err)
		if spoke || !ok {
			return llm.Response{}, err
		}
		if err := sleep(ctx, wait); err != nil {
			return llm.Response{}, err
		}
	}
}

// attempt asks once and reads the stream to its end. Its error is an *llm.Error.
func (p *Provider) attempt(ctx context.Context, params openai.ChatCompletionNewParams, say func(string)) (*answer, error) {
	if p.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.timeout)
		defer cancel()
	}
	var res *http.Response
	stream := p.chat.NewStreaming(ctx, params, option.WithResponseInto(&res))
	defer func() { _ = stream.Close() }()

	ans := new(answer)
	for stream.Next() {
		if text := ans.add(stream.Current()); text != "" {
			say(text)
		}
		if ans.size > maxAnswerBytes {
			return nil, invalid(errors.New("the answer is too long"))
		}
	}
	if err := stream.Err(); err != nil {
		return nil, failure(res, err)
	}
	missing, err := ans.finish()
	if err != nil {
		return nil, err
	}
	if missing != "" {
		say(missing)
	}
	return ans, nil
}
