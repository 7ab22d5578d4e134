// Package mcpbridge connects an MCP client that starts its servers as programs
// and talks to them over standard input and output with a backend that runs
// somewhere else. It understands no more of a message than it needs to pass it
// on, so that it fits backends that are newer than itself.
package mcpbridge

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// requestTimeout is longer than a backend takes for any message.
const requestTimeout = 30 * time.Second

// Config is where to and as whom.
type Config struct {
	APIURL string // the backend's URL, with or without /mcp
	Token  string // of a session, or a personal access token
}

// Bridge passes messages on.
type Bridge struct {
	endpoint string
	token    string
	client   *http.Client
	stderr   io.Writer
	version  string // of the protocol, as the last initialize agreed on it
}

// New makes a Bridge that reports what goes wrong to stderr too, because most
// clients show that to their user. The error names every setting that is
// missing or wrong.
func New(cfg Config, stderr io.Writer) (*Bridge, error) {
	var mistakes []error
	base, err := url.Parse(strings.TrimSpace(cfg.APIURL))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		mistakes = append(mistakes, errors.New("TODO_API_URL must be the backend's URL, such as http://localhost:8000"))
	}
	// Whoever copies the token from where it is sent copies this word too.
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(cfg.Token), "Bearer"))
	if token == "" || strings.ContainsAny(token, " \r\n\t") {
		mistakes = append(mistakes, errors.New("TODO_MCP_TOKEN must be your access token"))
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	base.Path = strings.TrimSuffix(strings.TrimRight(base.Path, "/"), "/mcp") + "/mcp"
	return &Bridge{endpoint: base.String(), token: token, stderr: stderr, client: &http.Client{
		Timeout: requestTimeout,
		// Followed, a POST would become a GET, and the token might reach a stranger.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Run passes on each line of in and writes the answers to out, in order, until
// in ends or ctx is done.
func (b *Bridge) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	lines, failed := make(chan []byte), make(chan error, 1)
	go func() { failed <- read(ctx, in, lines) }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case line := <-lines:
			answer := b.forward(ctx, line)
			if answer == nil {
				continue
			}
			if _, err := out.Write(append(answer, '\n')); err != nil {
				return fmt.Errorf("write answer: %w", err)
			}
		}
	}
}

// read hands over the lines of in that are not empty. It returns nil at the
// end of in.
func read(ctx context.Context, in io.Reader, lines chan<- []byte) error {
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			select {
			case lines <- line:
			case <-ctx.Done():
				return nil
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read messages: %w", err)
		}
	}
}

// message is what the bridge has to know of one.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		Name string `json:"name"` // of a tool or a prompt
		URI  string `json:"uri"`  // of a resource
		Meta struct {
			ProtocolVersion string `json:"io.modelcontextprotocol/protocolVersion"`
		} `json:"_meta"`
	} `json:"params"`
}

// expectsAnswer tells a request from a notification and from an answer.
func (m message) expectsAnswer() bool { return m.Method != "" && len(m.ID) > 0 }

// forward sends one message and returns the line to answer with, or nil. Who
// waits for an answer gets one, whatever happens.
func (b *Bridge) forward(ctx context.Context, line []byte) []byte {
	var m message
	if err := json.Unmarshal(line, &m); err != nil && !json.Valid(line) {
		return b.failure(json.RawMessage("null"), &refusal{codeParse, "The message is no JSON."})
	}
	answer, err := b.post(ctx, m, line)
	switch {
	case err == nil && m.Method == "initialize":
		b.learnVersion(answer)
		return answer
	case err == nil:
		return answer
	case !m.expectsAnswer():
		b.report(err)
		return nil
	default:
		return b.failure(m.ID, err)
	}
}

// learnVersion keeps the version of the protocol that both sides agreed on; it
// goes with every later message.
func (b *Bridge) learnVersion(answer []byte) {
	var agreed struct {
		Result struct {
			ProtocolVersion string `json:"protocolVersion"`
		} `json:"result"`
	}
	if json.Unmarshal(answer, &agreed) == nil {
		b.version = agreed.Result.ProtocolVersion
	}
}

func (b *Bridge) report(err error) {
	// Nobody is left to tell if even this fails.
	_, _ = fmt.Fprintln(b.stderr, "backend mcp:", err)
}
