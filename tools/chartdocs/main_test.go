package main

import (
	"strings"
	"testing"
)

func TestRun_ChartIsFresh(t *testing.T) {
	t.Parallel()
	if err := run("../../helm/todo-chatbot", true); err != nil {
		t.Error(err)
	}
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	values := `# About the file.

# How many.
count: 2
box:
  # What is in it:
  # a | b.
  content: {a: 1}
`
	got, err := rewrite([]byte("above\n"+begin+"old\n"+end+"below\n"), []byte(values))
	if err != nil {
		t.Fatal(err)
	}
	want := "above\n" + begin + "| value | default | meaning |\n|---|---|---|\n" +
		"| `count` | `2` | How many. |\n" +
		"| `box.content` | `{\"a\":1}` | What is in it: a \\| b. |\n" + end + "below\n"
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRewrite_Mistakes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ readme, values, mistake string }{
		"no marks":    {"text", "# c\na: 1", "lacks the marks"},
		"no comment":  {begin + end, "# c\na: 1\n\nb: {c: 2}", "values.yaml:4: b has no comment"},
		"no values":   {begin + end, "", "is empty"},
		"broken YAML": {begin + end, "a: [", "read values.yaml"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rewrite([]byte(tt.readme), []byte(tt.values))
			if err == nil || !strings.Contains(err.Error(), tt.mistake) {
				t.Errorf("got %v, want %q", err, tt.mistake)
			}
		})
	}
}
