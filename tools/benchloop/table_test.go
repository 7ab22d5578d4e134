package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ms(all ...int) []time.Duration {
	var times []time.Duration
	for _, n := range all {
		times = append(times, time.Duration(n)*time.Millisecond)
	}
	return times
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		times []time.Duration
		want  time.Duration
	}{
		{ms(7), 7 * time.Millisecond},
		{ms(900, 100, 300), 300 * time.Millisecond},
		{ms(400, 100, 900, 200), 300 * time.Millisecond},
	} {
		before := slices.Clone(test.times)
		if got := median(test.times); got != test.want {
			t.Errorf("%v: %v, want %v", test.times, got, test.want)
		}
		if !slices.Equal(before, test.times) {
			t.Errorf("the times were sorted in place: %v", test.times)
		}
	}
}

func TestBlock_String(t *testing.T) {
	t.Parallel()
	b := block{Name: "somewhere", Facts: "2 × a CPU", Results: []result{
		{Name: "Go", Floor: ms(500, 700, 600), Live: ms(900, 600, 660), Bound: bound{floors: 1.3}},
		{Name: "slow Go", Floor: ms(500), Live: ms(700), Bound: bound{floors: 1.3}},
		{Name: "text", Live: ms(110, 120), Bound: bound{time: 300 * time.Millisecond}},
		{Name: "slow style", Live: ms(300), Bound: bound{time: 200 * time.Millisecond}},
		{Name: "structure", Live: ms(800)},
		{Name: "image", Live: ms(5000), Bound: bound{times: 4}, GoEdit: time.Second},
		{Name: "fast image", Live: ms(3000), Bound: bound{times: 4}, GoEdit: time.Second},
		{Name: "image alone", Live: ms(3000), Bound: bound{times: 4}},
	}}
	want := `| somewhere: edit | floor, median | worst | live, median | worst | bound |
|---|---|---|---|---|---|
| Go | 0.60 s | 0.70 s | 0.66 s | 0.90 s | 1.10 × the floor; ≤ 1.3 |
| slow Go | 0.50 s | 0.50 s | 0.70 s | 0.70 s | 1.40 × the floor; ≤ 1.3, **missed** |
| text |  |  | 0.12 s | 0.12 s | ≤ 0.3 s |
| slow style |  |  | 0.30 s | 0.30 s | ≤ 0.2 s, **missed** |
| structure |  |  | 0.80 s | 0.80 s |  |
| image |  |  | 5.00 s | 5.00 s | 5.0 × a Go edit in the cluster; ≥ 4 |
| fast image |  |  | 3.00 s | 3.00 s | 3.0 × a Go edit in the cluster; ≥ 4, **missed** |
| image alone |  |  | 3.00 s | 3.00 s |  |

3 edits of each kind. 2 × a CPU.
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWriteBlocks_LeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "page.md")
	old := "before\n" + beginMark("a") + "old a\n" + endMark("a") + "\nbetween\n" + beginMark("b") + "old b\n" + endMark("b") + "\nafter\n"
	if err := os.WriteFile(page, []byte(old), 0o644); err != nil {
		t.Fatal(err)
	}
	b := block{Name: "a", Facts: "facts", Results: []result{{Name: "Go", Live: ms(100)}}}
	for range 2 { // what it wrote, it finds again
		if err := writeBlocks(page, []block{b}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Replace(old, "old a\n", b.String(), 1), string(got)); diff != "" {
		t.Error(diff)
	}
	if err := writeBlocks(page, []block{{Name: "c", Results: b.Results}}); err == nil || !strings.Contains(err.Error(), "are missing") {
		t.Errorf("without marks: %v", err)
	}
}

func TestPage_HasTheMarks(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/benchmarks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{blockRun, blockCluster, blockClassic} {
		if _, err := replaceBlock(string(page), block{Name: name}); err != nil {
			t.Error(err)
		}
	}
}
