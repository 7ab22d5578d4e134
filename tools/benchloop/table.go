package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// The parts of the page, each with marks of its own, so that a run without a
// cluster leaves the cluster's numbers alone.
const (
	blockRun     = "make run"
	blockCluster = "cluster"
	blockClassic = "image loop"
)

// block is what one part of the page says.
type block struct {
	Name    string
	Facts   string
	Results []result
}

// String is the table in Markdown, and below it where it was measured.
func (b block) String() string {
	var text strings.Builder
	text.WriteString("| " + b.Name + ": edit | floor, median | worst | live, median | worst | bound |\n|---|---|---|---|---|---|\n")
	edits := 0
	for _, r := range b.Results {
		floor, floorWorst := "", ""
		if len(r.Floor) > 0 {
			floor, floorWorst = seconds(median(r.Floor)), seconds(slices.Max(r.Floor))
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s | %s |\n",
			r.Name, floor, floorWorst, seconds(median(r.Live)), seconds(slices.Max(r.Live)), r.verdict())
		edits = max(edits, len(r.Live))
	}
	fmt.Fprintf(&text, "\n%d edits of each kind. %s.\n", edits, b.Facts)
	return text.String()
}

// verdict compares with the bound, in words.
func (r result) verdict() string {
	live := median(r.Live)
	switch b := r.Bound; {
	case b.floors > 0 && len(r.Floor) > 0:
		ratio := float64(live) / float64(median(r.Floor))
		return fmt.Sprintf("%.2f × the floor; ≤ %g%s", ratio, b.floors, missed(ratio <= b.floors))
	case b.time > 0:
		return fmt.Sprintf("≤ %g s%s", b.time.Seconds(), missed(live <= b.time))
	case b.times > 0 && r.GoEdit > 0:
		times := float64(live) / float64(r.GoEdit)
		return fmt.Sprintf("%.1f × a Go edit in the cluster; ≥ %g%s", times, b.times, missed(times >= b.times))
	default:
		return ""
	}
}

func missed(held bool) string {
	if held {
		return ""
	}
	return ", **missed**"
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// median is the middle one, or the mean of the two in the middle.
func median(times []time.Duration) time.Duration {
	sorted := slices.SortedFunc(slices.Values(times), cmp.Compare[time.Duration])
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

func beginMark(name string) string {
	return "<!-- " + name + ": make bench-loop writes this -->\n"
}

func endMark(name string) string { return "<!-- " + name + ": end -->" }

// writeBlocks puts the tables between their marks in the page.
func writeBlocks(page string, blocks []block) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	fresh := string(text)
	for _, b := range blocks {
		if fresh, err = replaceBlock(fresh, b); err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
	}
	return os.WriteFile(page, []byte(fresh), 0o644) //nolint:gosec // a page for everybody to read
}

func replaceBlock(page string, b block) (string, error) {
	before, rest, found := strings.Cut(page, beginMark(b.Name))
	_, after, ended := strings.Cut(rest, endMark(b.Name))
	if !found || !ended {
		return "", fmt.Errorf("the marks %q and %q are missing", strings.TrimSpace(beginMark(b.Name)), endMark(b.Name))
	}
	return before + beginMark(b.Name) + b.String() + endMark(b.Name) + after, nil
}

// goEdit is the median of the backend's Go edit; 0 when it was not measured.
func goEdit(results []result) time.Duration {
	for _, r := range results {
		if r.Name == goBackend.name {
			return median(r.Live)
		}
	}
	return 0
}
