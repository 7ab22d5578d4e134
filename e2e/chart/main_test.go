// Package chart tests the Helm chart on a real cluster: that of
// E2E_KUBECONFIG, with the images that `make e2e` built and loaded there.
package chart

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const release = "todo-chatbot"

// cluster runs kubectl and helm against the cluster of the tests.
type cluster struct {
	kubeconfig string
	tag        string // of the images
	space      string // the namespace
}

// newCluster works in a namespace, with images whose tag a variable has. It skips where there is no cluster, unless `make e2e` promised one.
func newCluster(t *testing.T, space, tag string) cluster {
	t.Helper()
	c := cluster{kubeconfig: os.Getenv("E2E_KUBECONFIG"), tag: os.Getenv(tag), space: space}
	if c.kubeconfig == "" && os.Getenv("E2E_REQUIRED") == "" {
		t.Skip("no cluster; `make e2e` brings one")
	}
	if c.kubeconfig == "" || c.tag == "" {
		t.Fatalf("E2E_KUBECONFIG and %s must be set; run this by make e2e", tag)
	}
	return c
}

// run runs a tool and returns what it prints; a failure ends the test.
func (c cluster) run(t *testing.T, tool string, args ...string) string {
	t.Helper()
	out, err := c.try(t.Context(), tool, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s\n%s", tool, strings.Join(args, " "), err, out, c.describe())
	}
	return out
}

func (c cluster) try(ctx context.Context, tool string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig)
	cmd.Dir = filepath.Join("..", "..")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// describe tells how the release stands, for whoever reads a failure.
func (c cluster) describe() string {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var all strings.Builder
	for _, args := range [][]string{
		{"get", "pods", "-o", "wide"},
		{"get", "events", "--sort-by=.lastTimestamp"},
		{"logs", "--all-containers", "--prefix", "--tail=20", "-l", "app.kubernetes.io/instance=" + release},
	} {
		out, err := c.try(ctx, "kubectl", append(args, "-n", c.space)...)
		if err != nil {
			out += err.Error()
		}
		all.WriteString("$ kubectl " + strings.Join(args, " ") + "\n" + out + "\n")
	}
	return all.String()
}

func (c cluster) kubectl(t *testing.T, args ...string) string {
	t.Helper()
	return c.run(t, "kubectl", append([]string{"-n", c.space}, args...)...)
}

// helm installs, upgrades or tests the release with values for this cluster.
func (c cluster) helm(t *testing.T, args ...string) string {
	t.Helper()
	return c.run(t, "helm", append(args, "-n", c.space)...)
}

func (c cluster) values(more ...string) []string {
	set := append([]string{
		"backend.image.tag=" + c.tag, "frontend.image.tag=" + c.tag,
		"backend.image.pullPolicy=Never", "frontend.image.pullPolicy=Never", "postgres.image.pullPolicy=Never",
	}, more...)
	return []string{"--set", strings.Join(set, ",")}
}

// service is the URL of a Service of the release. Its cluster IP is reachable
// from the cluster's node, which is this machine.
func (c cluster) service(t *testing.T, component, port string) string {
	t.Helper()
	ip := c.kubectl(t, "get", "service", release+"-"+component, "-o", "jsonpath={.spec.clusterIP}")
	return "http://" + strings.TrimSpace(ip) + ":" + port
}

// pods lists what is needed to know of a release's pods.
type pods struct {
	Items []struct {
		Metadata struct {
			Name              string     `json:"name"`
			DeletionTimestamp *time.Time `json:"deletionTimestamp"`
		} `json:"metadata"`
		Status struct {
			ContainerStatuses []struct {
				Ready        bool `json:"ready"`
				RestartCount int  `json:"restartCount"`
			} `json:"containerStatuses"`
		} `json:"status"`
	} `json:"items"`
}

func (c cluster) pods(t *testing.T, label string) pods {
	t.Helper()
	var all pods
	if err := json.Unmarshal([]byte(c.kubectl(t, "get", "pods", "-l", label, "-o", "json")), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// servingPod names a pod of the component that is ready and stays: those that
// an upgrade replaced are listed until they have ended.
func (c cluster) servingPod(t *testing.T, component string) string {
	t.Helper()
	for _, pod := range c.pods(t, "app.kubernetes.io/component="+component).Items {
		if pod.Metadata.DeletionTimestamp == nil && len(pod.Status.ContainerStatuses) > 0 && pod.Status.ContainerStatuses[0].Ready {
			return pod.Metadata.Name
		}
	}
	t.Fatalf("no pod of the %s is ready\n%s", component, c.describe())
	return ""
}

// restarts counts the restarts of all containers of the release.
func (c cluster) restarts(t *testing.T) int {
	t.Helper()
	n := 0
	for _, pod := range c.pods(t, "app.kubernetes.io/instance="+release).Items {
		for _, container := range pod.Status.ContainerStatuses {
			n += container.RestartCount
		}
	}
	return n
}
