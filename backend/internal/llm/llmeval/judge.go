package llmeval

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"todo-chatbot/backend/internal/llm"
)

// Judge tells what of the outcome is not as the case expects.
func Judge(c Case, got Outcome, now time.Time) []string {
	var misses []string
	changes := slices.DeleteFunc(slices.Clone(got.Calls), func(call llm.ToolCall) bool { return isLookup(call.Name) })
	switch {
	case c.Asks:
		if len(changes) > 0 {
			misses = append(misses, "changed something instead of asking")
		}
		if !strings.ContainsAny(got.Reply, "?؟") {
			misses = append(misses, "the reply is no question")
		}
	default:
		misses = append(misses, judgeCalls(c.Calls, changes, got.Calls, now)...)
	}
	for _, text := range c.ReplyHas {
		if !strings.Contains(strings.ToLower(got.Reply), strings.ToLower(text)) {
			misses = append(misses, fmt.Sprintf("the reply lacks %q", text))
		}
	}
	return misses
}

// Wrong tells whether the outcome touched a task that the case does not name:
// the one thing that must never happen.
func Wrong(c Case, got Outcome) bool {
	expected := map[string]bool{}
	for _, call := range c.Calls {
		expected[touched(call.Name, call.Arguments)] = true
	}
	for _, call := range got.Calls {
		var args map[string]any
		if isLookup(call.Name) || call.Name == "add_task" || json.Unmarshal(call.Arguments, &args) != nil {
			continue
		}
		if !expected[touched(call.Name, args)] {
			return true
		}
	}
	return false
}

func touched(tool string, args map[string]any) string { return fmt.Sprint(tool, args["task_id"]) }

func isLookup(tool string) bool {
	return tool == "list_tasks" || tool == "get_task" || tool == "search_tasks"
}

func judgeCalls(want []Call, changes, all []llm.ToolCall, now time.Time) []string {
	var misses []string
	n := 0
	for _, call := range want {
		if isLookup(call.Name) {
			if !slices.ContainsFunc(all, func(got llm.ToolCall) bool { return call.is(got, now) == "" }) {
				misses = append(misses, fmt.Sprintf("no %s with %v", call.Name, call.Arguments))
			}
			continue
		}
		if n >= len(changes) {
			misses = append(misses, fmt.Sprintf("no %s %v", call.Name, call.Arguments))
			continue
		}
		if miss := call.is(changes[n], now); miss != "" {
			misses = append(misses, miss)
		}
		n++
	}
	for _, extra := range changes[min(n, len(changes)):] {
		misses = append(misses, fmt.Sprintf("unasked: %s %s", extra.Name, extra.Arguments))
	}
	return misses
}

// is tells what differs, or nothing.
func (c Call) is(got llm.ToolCall, now time.Time) string {
	if got.Name != c.Name {
		return fmt.Sprintf("%s instead of %s", got.Name, c.Name)
	}
	var args map[string]any
	if err := json.Unmarshal(got.Arguments, &args); err != nil {
		return fmt.Sprintf("%s with arguments that are no JSON", got.Name)
	}
	for name, want := range c.Arguments {
		have, given := args[name]
		if !given || !same(want, have, now) {
			return fmt.Sprintf("%s: %s is %v, not %v", got.Name, name, have, want)
		}
	}
	return ""
}

func same(want, have any, now time.Time) bool {
	w, wok := want.(string)
	h, hok := have.(string)
	if !wok || !hok {
		if list, ok := want.([]any); ok {
			return sameList(list, have, now)
		}
		return reflect.DeepEqual(want, have)
	}
	if at, ok := moment(w, now); ok {
		got, err := time.Parse(time.RFC3339, h)
		return err == nil && got.Equal(at)
	}
	return plain(w) == plain(h)
}

func sameList(want []any, have any, now time.Time) bool {
	got, ok := have.([]any)
	if !ok || len(got) != len(want) {
		return false
	}
	for i := range want {
		if !same(want[i], got[i], now) {
			return false
		}
	}
	return true
}

// plain is text as it is compared: without case and outer punctuation.
func plain(s string) string {
	return strings.ToLower(strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r)
	}))
}
