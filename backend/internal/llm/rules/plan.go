package rules

import (
	"slices"
	"strings"
)

const (
	tooLong = "That is a long message, and I only read short ones. Nothing was changed. Please tell me in a sentence or two what to do."
	tooMuch = "That is too much at once for me, so I changed nothing. Please tell me in several messages."
	sorry   = "Sorry, I cannot help with that."
	noWords = "I see no words in that, so I changed nothing."
)

// refusals begin the replies to what was not understood.
var refusals = []string{tooLong, tooMuch, sorry, noWords}

// maxAdded is how many tasks a message adds; the agent makes no more calls in a
// step.
const maxAdded = 100

// planned looks at the commands of a message as a whole, before any is run.
func planned(commands []command) []command {
	var rest []command
	var all deletion
	for i, c := range commands {
		if c, ok := c.(*mention); ok {
			c.quiet = i < len(commands)-1
		}
	}
	for _, c := range commands {
		if c, ok := c.(*remove); ok {
			all.rest = append(all.rest, c)
			continue
		}
		rest = append(rest, c)
	}
	switch {
	case added(commands) > maxAdded:
		return []command{talk(tooMuch)}
	case haveSameTitle(commands):
		return []command{talk(sameTitle)}
	case len(all.rest) > 1:
		return append(rest, all) // Last, so that the reply ends with the question.
	}
	return commands
}

func added(commands []command) int {
	n := 0
	for _, c := range commands {
		if c, ok := c.(*add); ok {
			n += len(c.drafts)
		}
	}
	return n
}

const sameTitle = "That would give several tasks the same title, so I changed nothing. Please give each of them its own."

// haveSameTitle tells whether a message gives tasks the same title one by one;
// update.apply sees to those that it gives it together.
func haveSameTitle(commands []command) bool {
	var titles []string
	for _, c := range commands {
		u, ok := c.(*update)
		if !ok || u.title == "" {
			continue
		}
		title := strings.ToLower(u.title)
		if slices.Contains(titles, title) {
			return true
		}
		titles = append(titles, title)
	}
	return false
}
