package rest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"todo-chatbot/backend/api/openapi"
)

// TestContract_NamesEveryRoute compares the router with the document. /mcp is
// one route for every method, and HEAD is understood.
func TestContract_NamesEveryRoute(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	var documented, routed []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	err = chi.Walk(newServer(t).Routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method != http.MethodHead && (route != "/mcp" || method == http.MethodPost) {
			routed = append(routed, method+" "+route)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(documented)
	slices.Sort(routed)
	if diff := cmp.Diff(documented, routed); diff != "" {
		t.Errorf("the document (-) and the router (+): %s", diff)
	}
}

func TestContract_IsServed(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	for path, want := range map[string]string{"/api/openapi.yaml": "openapi: 3.1.0", "/api/docs": "<h1>todo-chatbot"} {
		w := send(server, http.MethodGet, path, "")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	page := string(openapi.Page)
	for _, outside := range []string{"<script", "http://", "https://", "@import", "src="} {
		if strings.Contains(page, outside) {
			t.Errorf("the page has %s", outside)
		}
	}
}
