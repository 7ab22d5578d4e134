// Package ui is what all pages share: the layout, the form fields, the
// notices and the error page.
package ui

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
)

// Render writes a component as the answer. It is rendered whole before the
// status is written, so that a failure can still become an error page.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var page bytes.Buffer
	if err := c.Render(r.Context(), &page); err != nil {
		return fmt.Errorf("render %s: %w", r.URL.Path, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // The reader has gone; there is nobody to tell.
	return nil
}
