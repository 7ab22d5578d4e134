package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// classicCommands are shell commands of the image loop, run in a copy of the
// checkout with these variables: KUBE_CONTEXT, NAMESPACE, RELEASE; to build and
// to load, IMAGE and DOCKERFILE; to deploy, BACKEND_TAG and FRONTEND_TAG.
type classicCommands struct {
	namespace                  string
	build, load, deploy, clean string
	url                        string
}

// The defaults are for Minikube: what its own Docker engine builds needs no
// loading.
func (c *classicCommands) flags(flags *flag.FlagSet) {
	flags.StringVar(&c.namespace, "classic-namespace", "todo-chatbot-bench", "the `namespace` of the release that the image loop installs and removes")
	flags.StringVar(&c.build, "classic-build",
		`eval "$(minikube -p "$KUBE_CONTEXT" docker-env --shell bash)" && DOCKER_BUILDKIT=1 docker build --quiet --file "$DOCKERFILE" --target production --tag "$IMAGE" .`,
		"the `command` that builds IMAGE from DOCKERFILE")
	flags.StringVar(&c.load, "classic-load", "", "the `command` that brings IMAGE into the cluster")
	flags.StringVar(&c.deploy, "classic-deploy",
		`helm upgrade --install "$RELEASE" helm/todo-chatbot --kube-context "$KUBE_CONTEXT" --namespace "$NAMESPACE" --create-namespace --values helm/todo-chatbot/values-minikube.yaml `+
			`--set backend.image.repository=todo-chatbot-backend,backend.image.tag="$BACKEND_TAG",frontend.image.repository=todo-chatbot-frontend,frontend.image.tag="$FRONTEND_TAG" && `+
			`for program in backend frontend; do kubectl --context "$KUBE_CONTEXT" --namespace "$NAMESPACE" rollout status "deployment/$RELEASE-$program" --timeout 10m; done`,
		"the `command` that deploys the images and waits for the rollout")
	flags.StringVar(&c.clean, "classic-clean",
		`helm uninstall "$RELEASE" --kube-context "$KUBE_CONTEXT" --namespace "$NAMESPACE" --ignore-not-found; kubectl --context "$KUBE_CONTEXT" delete namespace "$NAMESPACE" --ignore-not-found --wait=false`,
		"the `command` that removes it all")
	flags.StringVar(&c.url, "classic-url", "", "the `URL` of the backend that is deployed; without it, through kubectl proxy")
}

const classicRelease = "todo-chatbot"

// variant is a way to build images.
type variant struct {
	name       string
	dockerfile string
	times      float64 // how many times faster a Go edit in the cluster must be
}

const plainDockerfile = "backend/Dockerfile.plain"

var variants = []variant{
	{"Go, backend, cache mounts", "backend/Dockerfile", 4},
	{"Go, backend, no cache mounts", plainDockerfile, 15},
}

// classic is the loop that people have without this repository: build an
// image, deploy it, wait for the rollout.
type classic struct {
	classicCommands
	site        *site
	kubeContext string
	edit        kind
	deployed    int // the number of the edit that is in the cluster
}

// measureClassic measures the image loop with and without cache mounts, in
// turn. Layers are cached in both: a `docker build --no-cache` would still use
// the mounts, and nobody builds each edit with it.
func (b *bench) measureClassic(ctx context.Context, goEdit time.Duration) (results []result, err error) {
	b.say("Image loop: first images and installation")
	c, err := b.newClassic(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.cleanUp(ctx)) }()
	if err := c.install(ctx); err != nil {
		return nil, err
	}
	stopProxy, err := c.findURL(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stopProxy()) }()
	for _, v := range variants {
		results = append(results, result{Name: v.name, Bound: bound{times: v.times}, GoEdit: goEdit})
	}
	for range b.classicN {
		for i, v := range variants {
			took, err := c.round(ctx, v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", v.name, err)
			}
			b.say("  %s: %s", v.name, seconds(took))
			results[i].Live = append(results[i].Live, took)
		}
	}
	return results, nil
}

func (b *bench) newClassic(ctx context.Context) (*classic, error) {
	dir := filepath.Join(b.temp, "classic")
	if err := copyCheckout(ctx, b.dir, dir); err != nil {
		return nil, err
	}
	if err := writePlain(dir); err != nil {
		return nil, err
	}
	s := &site{dir: dir, api: b.commands.url, limit: b.limit}
	k, err := newFileEdit(goBackend, s, b.marker)
	if err != nil {
		return nil, err
	}
	c := &classic{classicCommands: b.commands, site: s, kubeContext: b.kubeContext, edit: k}
	if c.kubeContext == "" { // never whatever cluster happens to be current
		c.kubeContext = "minikube"
	}
	return c, nil
}

var cacheMount = regexp.MustCompile(` --mount=type=cache\S*`)

// writePlain writes the Dockerfile as most people have it: without mounts.
func writePlain(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "backend", "Dockerfile"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, filepath.FromSlash(plainDockerfile)), cacheMount.ReplaceAll(text, nil), 0o644) //nolint:gosec // as the original
}

// install fills the caches of every variant and brings the product up; its
// times are not counted.
func (c *classic) install(ctx context.Context) error {
	if err := c.image(ctx, frontend, "frontend/Dockerfile"); err != nil {
		return err
	}
	for _, v := range variants {
		if err := c.image(ctx, backend, v.dockerfile); err != nil {
			return err
		}
	}
	return c.shell(ctx, c.deploy)
}

// round is one edit, from saving it until it is served.
func (c *classic) round(ctx context.Context, v variant) (time.Duration, error) {
	began := time.Now()
	c.deployed++
	if err := c.edit.save(c.deployed); err != nil {
		return 0, err
	}
	if err := c.image(ctx, backend, v.dockerfile); err != nil {
		return 0, err
	}
	if err := c.shell(ctx, c.deploy); err != nil {
		return 0, err
	}
	err := await(ctx, c.site.limit, func(ctx context.Context) error { return c.edit.served(ctx, c.deployed) })
	return time.Since(began), err
}

// image builds a program's image and brings it into the cluster.
func (c *classic) image(ctx context.Context, program, dockerfile string) error {
	env := []string{"IMAGE=todo-chatbot-" + program + ":" + c.tag(program), "DOCKERFILE=" + dockerfile}
	if err := c.shell(ctx, c.build, env...); err != nil {
		return err
	}
	return c.shell(ctx, c.load, env...)
}

// tag changes with each edit of the backend; the frontend stays as it is.
func (c *classic) tag(program string) string {
	if program == frontend {
		return "bench-0"
	}
	return "bench-" + strconv.Itoa(c.deployed)
}

func (c *classic) shell(ctx context.Context, text string, env ...string) error {
	if text == "" {
		return nil
	}
	env = append(env, "KUBE_CONTEXT="+c.kubeContext, "NAMESPACE="+c.namespace, "RELEASE="+classicRelease,
		"BACKEND_TAG="+c.tag(backend), "FRONTEND_TAG="+c.tag(frontend))
	_, err := output(command(ctx, c.site.dir, env, "bash", "-euo", "pipefail", "-c", text))
	return err
}

// cleanUp removes the release, after Ctrl-C too.
func (c *classic) cleanUp(ctx context.Context) error {
	const limit = 2 * time.Minute
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	return c.shell(ctx, c.clean)
}

// findURL makes the backend reachable. A port forward would end with its pod;
// the API server's proxy follows the Service.
func (c *classic) findURL(ctx context.Context) (stop func() error, err error) {
	if c.url != "" {
		return func() error { return nil }, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := command(ctx, c.site.dir, nil, "kubectl", "--context="+c.kubeContext, "proxy", "--port=0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("kubectl proxy: %w", err)
	}
	stop = func() error {
		cancel()
		_ = cmd.Wait() // it is ended by a signal, and says so
		return nil
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "Starting to serve on ")
	if err != nil || !ok {
		return nil, errors.Join(fmt.Errorf("kubectl proxy says %q and not where it serves", line), err, stop())
	}
	c.site.api = "http://" + address + "/api/v1/namespaces/" + c.namespace + "/services/" + classicRelease + "-backend:http/proxy"
	return stop, nil
}
