package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/ssestream"

	"todo-chatbot/backend/internal/llm"
)

func invalid(err error) *llm.Error     { return &llm.Error{Kind: llm.KindInvalid, Err: err} }
func unavailable(err error) *llm.Error { return &llm.Error{Kind: llm.KindUnavailable, Err: err} }

// failure tells what err, which ended an attempt, means to the caller. res is
// the endpoint's response, nil when there was none. An endpoint's own words
// can quote the key or the conversation, so they go into no error.
func failure(res *http.Response, err error) *llm.Error {
	var (
		streamErr *ssestream.StreamError
		syntaxErr *json.SyntaxError
	)
	switch {
	case res != nil && res.StatusCode >= http.StatusMultipleChoices:
		return statusFailure(res, err)
	case errors.As(err, &streamErr):
		return streamFailure(streamErr)
	case errors.Is(err, context.DeadlineExceeded):
		return unavailable(fmt.Errorf("timeout: %w", context.DeadlineExceeded))
	case errors.As(err, &syntaxErr):
		return invalid(errors.New("a piece of the stream is no JSON"))
	}
	return unavailable(err)
}

func statusFailure(res *http.Response, err error) *llm.Error {
	text := fmt.Sprintf("status %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	var apiErr *openai.Error
	known := errors.As(err, &apiErr)
	if known && isSymbol(apiErr.Code) {
		text += ", code " + apiErr.Code
	}
	if known && kindOf(res.StatusCode) == llm.KindRejected && saysTooLong(apiErr.RawJSON()) {
		return &llm.Error{Kind: llm.KindTooLong, Err: errors.New(text)}
	}
	return &llm.Error{
		Kind:       kindOf(res.StatusCode),
		RetryAfter: retryAfter(res.Header, time.Now()),
		Err:        errors.New(text),
	}
}

// streamFailure is for an error that comes as an event after a 200. Its code,
// where it is a number, is an HTTP status.
func streamFailure(err *ssestream.StreamError) *llm.Error {
	var event struct {
		Error struct {
			Code json.RawMessage `json:"code"`
		} `json:"error"`
	}
	if saysTooLong(string(err.Event.Data)) {
		return &llm.Error{Kind: llm.KindTooLong, Err: errors.New("error event in the stream: the conversation is too long")}
	}
	// An error of another shape has no code, which the next line handles.
	_ = json.Unmarshal(err.Event.Data, &event)
	status, convErr := strconv.Atoi(string(event.Error.Code))
	if convErr != nil || status < http.StatusBadRequest {
		return unavailable(errors.New("error event in the stream"))
	}
	return &llm.Error{Kind: kindOf(status), Err: fmt.Errorf("error event in the stream, status %d", status)}
}

func kindOf(status int) llm.ErrorKind {
	switch {
	case status == http.StatusTooManyRequests:
		return llm.KindRateLimited
	case status == http.StatusRequestTimeout, status == http.StatusConflict,
		status >= http.StatusInternalServerError:
		return llm.KindUnavailable
	}
	return llm.KindRejected
}

// symbol is what an error code like "model_not_found" looks like, and what no
// key looks like.
var symbol = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

func isSymbol(code string) bool { return len(code) <= 40 && symbol.MatchString(code) }

// tooLong is how endpoints say that a conversation does not fit: OpenAI and
// Groq by a code, vLLM, llama.cpp, Gemini and others in words.
var tooLong = regexp.MustCompile(`(?i)context_length_exceeded|context (length|window|size)|maximum (number of )?(input )?tokens|prompt is too long|reduce the length`)

func saysTooLong(body string) bool { return tooLong.MatchString(body) }

// retryAfter reads the wait that a response asks for: milliseconds in
// Retry-After-Ms, seconds or a date in Retry-After. Zero means none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if d, ok := units(h.Get("Retry-After-Ms"), time.Millisecond); ok {
		return d
	}
	value := h.Get("Retry-After")
	if d, ok := units(value, time.Second); ok {
		return d
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// units reads a number of units, capped at a day: a larger one would overflow.
func units(value string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || !(n >= 0) {
		return 0, false
	}
	const day = 24 * time.Hour
	if n >= float64(day)/float64(unit) {
		return day, true
	}
	return time.Duration(n * float64(unit)), true
}
