package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// findCluster is where a running `skaffold dev` serves this checkout; nil when
// there is none and nobody insists.
func (b *bench) findCluster(ctx context.Context) (*site, error) {
	if b.served == servedNone {
		return nil, nil
	}
	urls, auto := b.served, b.served == servedAuto
	if auto {
		urls = skaffoldURLs
	}
	pages, api, ok := strings.Cut(urls, ",")
	if !ok {
		return nil, errors.New("-served wants two URLs, of frontend and backend, with a comma between")
	}
	s := &site{
		dir: b.dir, pages: strings.TrimRight(pages, "/"), api: strings.TrimRight(api, "/"),
		theirs: true, pause: b.pause, limit: b.limit,
	}
	err := s.answers(ctx)
	if err == nil && auto { // `make run` has the same ports
		err = b.developmentPods(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && auto:
		b.say("No cluster is measured: %s", firstLine(err))
		return nil, nil
	case err != nil:
		return nil, err
	}
	if err := unchanged(ctx, b.dir); err != nil {
		return nil, err
	}
	b.say("Cluster: %s is edited in place and put back", b.dir)
	return s, nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// developmentPods is nil when the cluster runs pods of the inner loop.
func (b *bench) developmentPods(ctx context.Context) error {
	args := []string{"get", "deployments", "--all-namespaces", "--request-timeout=5s", "--output=jsonpath={.items[*].spec.template.spec.containers[*].env[*].name}"}
	if b.kubeContext != "" {
		args = append(args, "--context="+b.kubeContext)
	}
	names, err := output(command(ctx, b.dir, nil, "kubectl", args...))
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Fields(names), "DEV_SESSION") {
		return errors.New("the cluster runs no development pods")
	}
	return nil
}

// unchanged refuses a checkout where what is to be edited has changes: put
// back wrongly, they would be lost.
func unchanged(ctx context.Context, dir string) error {
	args := []string{"status", "--porcelain", "--", migrationFolder}
	for _, e := range edits {
		args = append(args, filepath.FromSlash(e.file))
	}
	changes, err := output(command(ctx, dir, nil, "git", args...))
	if err != nil {
		return fmt.Errorf("look for changes: %w", err)
	}
	if changes != "" {
		return fmt.Errorf("%s has changes in files that would be edited; commit or stash them first:\n%s", dir, strings.TrimRight(changes, "\n"))
	}
	return nil
}
