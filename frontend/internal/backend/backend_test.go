package backend

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// TestReady_LeavesAReplicaThatIsNot: a connection that is kept open to a
// replica that is not ready would ask that one forever.
func TestReady_LeavesAReplicaThatIsNot(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	connections := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		connections[r.RemoteAddr] = true
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	client := New(server.URL)
	defer client.Close()
	for range 2 {
		if err := client.Ready(t.Context()); err == nil {
			t.Fatal("it counts as ready")
		}
	}
	if len(connections) != 2 {
		t.Errorf("it was asked over %d connections, want a new one each time", len(connections))
	}
}
