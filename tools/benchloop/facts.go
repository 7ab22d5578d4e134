package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/load"
)

// machineFacts say where and when: numbers of another machine mean nothing
// without them.
func machineFacts(ctx context.Context, dir string) string {
	facts := []string{fmt.Sprintf("%d × %s", runtime.NumCPU(), model(ctx)), runtime.GOOS + "/" + runtime.GOARCH}
	if version, err := output(command(ctx, dir, nil, "go", "env", "GOVERSION")); err == nil {
		facts = append(facts, strings.TrimSpace(version))
	}
	facts = append(facts, time.Now().Format(time.DateOnly), "commit "+commit(ctx, dir))
	if average, err := load.AvgWithContext(ctx); err == nil {
		facts = append(facts, fmt.Sprintf("load %.1f before", average.Load1))
	}
	return strings.Join(facts, ", ")
}

func model(ctx context.Context) string {
	if all, err := cpu.InfoWithContext(ctx); err == nil && len(all) > 0 && all[0].ModelName != "" {
		return strings.Join(strings.Fields(all[0].ModelName), " ")
	}
	return "unknown CPU"
}

// commit is short, and tells of changes in other files than the pages.
func commit(ctx context.Context, dir string) string {
	id, err := output(command(ctx, dir, nil, "git", "rev-parse", "--short", "HEAD"))
	if err != nil {
		return "unknown"
	}
	id = strings.TrimSpace(id)
	changes, err := output(command(ctx, dir, nil, "git", "status", "--porcelain", "--", ".", ":(exclude)docs"))
	if err != nil || changes != "" {
		id += " with changes"
	}
	return id
}
