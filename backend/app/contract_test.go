package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"todo-chatbot/backend/api/openapi"
)

// contract is an http.RoundTripper that holds what passes through it against
// the written contract: every answer, and every request that was taken. What
// differs is an error, which fails the test that sent the request.
type contract struct {
	next   http.RoundTripper
	router routers.Router
}

func newContract(next http.RoundTripper) (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(openapi3.NewLoader().Context); err != nil {
		return nil, err
	}
	router, err := gorillamux.NewRouter(doc)
	return &contract{next, router}, err
}

// RoundTrip implements http.RoundTripper.
func (c *contract) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := c.check(r, sent, resp); err != nil {
		resp.Body.Close()
		return nil, fmt.Errorf("not as the contract says: %s %s answered %d: %w", r.Method, r.URL, resp.StatusCode, err)
	}
	return resp, nil
}

func (c *contract) check(r *http.Request, sent []byte, resp *http.Response) error {
	asked := r.Clone(r.Context())
	asked.Body = io.NopCloser(bytes.NewReader(sent))
	route, params, err := c.router.FindRoute(asked)
	if err != nil {
		return nil //nolint:nilerr // not ours, or a path that must answer 404 or 405, which its test checks
	}
	input := &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if resp.StatusCode < http.StatusBadRequest {
		if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
			return err
		}
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: resp.StatusCode, Header: resp.Header, Options: input.Options,
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/") { // a stream must not be read here
		answer.Options = &openapi3filter.Options{ExcludeResponseBody: true, IncludeResponseStatus: true}
		return openapi3filter.ValidateResponse(r.Context(), answer)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil //nolint:nilerr // a connection that broke is for the test to see
	}
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	answer.SetBodyBytes(body)
	return openapi3filter.ValidateResponse(r.Context(), answer)
}
