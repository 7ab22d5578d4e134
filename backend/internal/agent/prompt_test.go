package agent_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"todo-chatbot/backend/internal/agent"
)

func TestSystemPrompt(t *testing.T) {
	t.Parallel()
	karachi, err := time.LoadLocation("Asia/Karachi")
	if err != nil {
		t.Fatal(err)
	}
	prompt := agent.SystemPrompt(time.Date(2026, time.March, 4, 7, 30, 0, 0, time.UTC).In(karachi))
	for _, want := range []string{"Wednesday, 4 March 2026, 12:30 +05:00", "Asia/Karachi", "RFC 5545", "data"} {
		if !strings.Contains(prompt, want) {
			t.Errorf("the prompt lacks %q", want)
		}
	}
	for _, unwanted := range []string{"{{", "<!--", "version"} {
		if strings.Contains(prompt, unwanted) {
			t.Errorf("the prompt has %q", unwanted)
		}
	}
	if _, err := strconv.Atoi(agent.PromptVersion()); err != nil {
		t.Errorf("version %q is no number", agent.PromptVersion())
	}
}
