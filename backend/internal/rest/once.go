package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"todo-chatbot/backend/api"
	"todo-chatbot/backend/internal/auth"
	"todo-chatbot/backend/internal/todo"
)

// once makes a handler of fn that does a request with an Idempotency-Key once:
// sent again, it gets the first answer again. fn runs in the transaction that
// stores its answer, so that there is never one without the other. A request
// that fails leaves its key free.
func (s *Server) once(fn handlerFunc) http.HandlerFunc {
	return s.answer(func(w http.ResponseWriter, r *http.Request) error {
		if r.Header.Get(api.HeaderIdempotencyKey) == "" {
			return fn(w, r)
		}
		request, body, err := keyedRequest(w, r)
		if err != nil {
			return err
		}
		stored, again, err := s.Keys.Once(r.Context(), request, func(ctx context.Context) ([]byte, error) {
			r := r.WithContext(ctx)
			r.Body = io.NopCloser(bytes.NewReader(body))
			kept := &recorder{header: http.Header{}, status: http.StatusOK}
			if err := fn(kept, r); err != nil {
				return nil, err
			}
			return kept.encode()
		})
		if err != nil {
			return err
		}
		if again {
			w.Header().Set(api.HeaderIdempotentReplayed, "true")
		}
		return writeKept(w, stored)
	})
}

// keyedRequest reads a request whole, and makes a fingerprint of what it asks
// for.
func keyedRequest(w http.ResponseWriter, r *http.Request) (todo.KeyedRequest, []byte, error) {
	user, err := auth.UserFrom(r.Context())
	if err != nil {
		return todo.KeyedRequest{}, nil, err
	}
	request := todo.KeyedRequest{UserID: user.ID, Key: r.Header.Get(api.HeaderIdempotencyKey)}
	if err := request.Validate(); err != nil {
		return request, nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return request, nil, decodeError(err, nil)
	}
	sum := sha256.Sum256(append([]byte(r.Method+" "+r.URL.Path+"\n"), body...))
	request.Fingerprint = sum[:]
	return request, body, nil
}

// recorder is an http.ResponseWriter that keeps the answer, because it may be
// sent only after the transaction.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (k *recorder) Header() http.Header    { return k.header }
func (k *recorder) WriteHeader(status int) { k.status = status }
func (k *recorder) Write(b []byte) (int, error) {
	k.body = append(k.body, b...)
	return len(b), nil
}

// keptAnswer is an answer as it is stored.
type keptAnswer struct {
	Status int             `json:"status"`
	Type   string          `json:"type,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

func (k *recorder) encode() ([]byte, error) {
	encoded, err := json.Marshal(keptAnswer{Status: k.status, Type: k.header.Get("Content-Type"), Body: k.body})
	if err != nil {
		return nil, fmt.Errorf("keep answer: %w", err)
	}
	return encoded, nil
}

func writeKept(w http.ResponseWriter, stored []byte) error {
	var kept keptAnswer
	if err := json.Unmarshal(stored, &kept); err != nil {
		return fmt.Errorf("read kept answer: %w", err)
	}
	if kept.Type != "" {
		w.Header().Set("Content-Type", kept.Type)
	}
	w.WriteHeader(kept.Status)
	if _, err := w.Write(kept.Body); err != nil {
		slog.Debug("client left while it was answered", "error", err)
	}
	return nil
}
