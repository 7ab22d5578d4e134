package chart

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"todo-chatbot/backend/api"
)

// TestChart is the life of a release: install, use, upgrade and lose pods
// under load, uninstall, install again on the same data. Its steps build on
// each other, and all have the one cluster to themselves.
func TestChart(t *testing.T) { //nolint:paralleltest // one release, one namespace
	c := newCluster(t, "todo-e2e", "E2E_TAG")
	c.namespace(t)
	c.install(t)
	c.smoke(t)
	c.useIt(t)
	c.rollUnderLoad(t)
	c.reinstall(t)
	c.uninstall(t)
}

// namespace makes a new namespace that enforces Pod Security "restricted".
func (c cluster) namespace(t *testing.T) {
	t.Helper()
	c.run(t, "kubectl", "delete", "namespace", c.space, "--ignore-not-found", "--wait")
	c.run(t, "kubectl", "create", "namespace", c.space)
	c.run(t, "kubectl", "label", "namespace", c.space, "pod-security.kubernetes.io/enforce=restricted")
	t.Cleanup(func() {
		if !t.Failed() {
			if out, err := exec.Command("kubectl", "--kubeconfig", c.kubeconfig, "delete", "namespace", c.space, "--wait=false").CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		}
	})
}

func (c cluster) install(t *testing.T) {
	t.Helper()
	start := time.Now()
	notes := c.helm(t, append([]string{"install", release, "helm/todo-chatbot", "--wait", "--timeout", "3m"}, c.values()...)...)
	t.Logf("installed, database included, all pods ready after %.1f s", time.Since(start).Seconds())
	for _, secret := range []string{"postgres://", "password:", "jwtSecret:"} {
		if strings.Contains(notes, secret) {
			t.Errorf("the notes show a secret:\n%s", notes)
		}
	}
}

func (c cluster) smoke(t *testing.T) {
	t.Helper()
	out := c.helm(t, "test", release, "--logs", "--timeout", "3m")
	if n := strings.Count(out, "ok: "); n != 5 {
		t.Errorf("helm test says %d times ok:\n%s", n, out)
	}
}

var ada = api.SignInRequest{Email: "ada@example.com", Password: "correct horse"}

// useIt sends the published sentences through the Service, that is through
// both replicas.
func (c cluster) useIt(t *testing.T) {
	t.Helper()
	client := api.NewClient(c.service(t, "backend", "8000"), nil)
	session, err := client.SignUp(t.Context(), api.SignUpRequest{Email: ada.Email, Password: ada.Password})
	if err != nil {
		t.Fatal(err)
	}
	client = client.WithToken(session.Token)
	var conversation *int64
	for _, message := range []string{
		"Add a task to buy groceries", "I need to remember to pay bills", "Mark task 1 as complete", "What's pending?",
		"Change task 2 to 'Call mom tonight'", "What have I completed?",
	} {
		answer, err := client.Chat(t.Context(), session.User.ID, "", api.ChatRequest{ConversationID: conversation, Message: message})
		if err != nil {
			t.Fatalf("%s: %v", message, err)
		}
		if len(answer.ToolCalls) == 0 {
			t.Errorf("%s was answered with %q, without a tool", message, answer.Response)
		}
		conversation = &answer.ConversationID
	}
}

// rollUnderLoad replaces every pod, and deletes one of each, while people use
// the pages. Nobody may notice.
func (c cluster) rollUnderLoad(t *testing.T) {
	t.Helper()
	backend := c.service(t, "backend", "8000")
	before := c.restarts(t)
	l, stop := startLoad(t, c.service(t, "frontend", "3000"), backend)
	start := time.Now()
	roll := c.values("backend.podAnnotations.rolled=once", "frontend.podAnnotations.rolled=once")
	c.helm(t, append([]string{"upgrade", release, "helm/todo-chatbot", "--wait", "--timeout", "3m"}, roll...)...)
	rolled := time.Since(start)
	for _, component := range []string{"backend", "frontend"} {
		c.kubectl(t, "delete", "pod", c.servingPod(t, component))
		c.kubectl(t, "rollout", "status", "deployment/"+release+"-"+component, "--timeout=2m")
	}
	stop()
	t.Logf("%d requests, %.0f a second, during a rollout of both (%.0f s) and the loss of a pod of each; %d turns, slowest %v, %d failed",
		l.requests, float64(l.requests)/time.Since(start).Seconds(), rolled.Seconds(), l.turns, l.slowest.Round(time.Millisecond), len(l.failures))
	for _, failure := range l.failures[:min(len(l.failures), 10)] {
		t.Error(failure)
	}
	if after := c.restarts(t); after > before {
		t.Errorf("containers restarted: %d before, %d after", before, after)
	}
	tasks := 0
	for _, p := range l.people {
		tasks += countTasks(t, p.api, p.user.ID)
	}
	if tasks != l.turns {
		t.Errorf("%d turns made %d tasks", l.turns, tasks)
	}
}

func countTasks(t *testing.T, client *api.Client, userID string) int {
	t.Helper()
	n, query := 0, api.TaskQuery{Limit: 100}
	for {
		page, err := client.ListTasks(t.Context(), userID, query)
		if err != nil {
			t.Fatal(err)
		}
		n += len(page.Tasks)
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return n
		}
	}
}

// reinstall shows that the data outlives the release: the database's password
// is kept with its volume. Sessions do not; people sign in again.
func (c cluster) reinstall(t *testing.T) {
	t.Helper()
	c.helm(t, "uninstall", release, "--wait")
	start := time.Now()
	c.helm(t, append([]string{"install", release, "helm/todo-chatbot", "--wait", "--timeout", "3m"}, c.values()...)...)
	t.Logf("installed again after %.1f s", time.Since(start).Seconds())
	client := api.NewClient(c.service(t, "backend", "8000"), nil)
	session, err := client.SignIn(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	task, err := client.WithToken(session.Token).Task(t.Context(), session.User.ID, 2)
	if err != nil || task.Title != "Call mom tonight" {
		t.Errorf("after the reinstall: %+v, %v", task, err)
	}
}

func (c cluster) uninstall(t *testing.T) {
	t.Helper()
	c.helm(t, "uninstall", release, "--wait")
	if left := c.kubectl(t, "get", "deployments,statefulsets,services,configmaps", "-l", "app.kubernetes.io/instance="+release, "-o", "name"); strings.TrimSpace(left) != "" {
		t.Errorf("left behind:\n%s", left)
	}
}
