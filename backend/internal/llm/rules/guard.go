package rules

import (
	"regexp"
	"strings"
)

// guardRules catch what looks like a command and must not be taken for one.
var guardRules = []rule{
	on(`(?:if|unless|suppose|supposing|in case|assuming|provided(?: that)?)\b.*`, says(conditional)),
	on(`(?:when|whenever|once|as soon as|after|before) (?:i|i'm|he|she|it|it's|we|they|you|the|my)\b.*,.*`, says(conditional)),
	on(`(?:i|we) (?:should|could|would|must)(?: have|'ve) .*|(?:i|we) (?:was|were) (?:going|about|supposed) to .*`, func(_ *parser, m []string) command { return unknown{m[0]} }),
	on(`(?:(?:please |kindly )?(?:don't|do not|never)|i (?:don't|do not) want (?:you )?to|no need to|you (?:don't|do not|needn't)(?: have| need)?(?: to)?|i(?:'d| would) rather not) (?:delete|remove|erase|complete|mark|finish|change|rename|move|add|cancel|drop|clear|touch|close|reopen|update|tick|check|cross|wipe|postpone|reschedule)\b.*`,
		says("Okay, I leave that as it is. Nothing was changed.")),
	on(`(?:what|which|why|how|who|when|where|would|wouldn't|could i|can i|may i|should i|do i|does|did|is|are|was|will)\b.*\b(?:delete|remove|erase|complete|mark|rename|reschedule|postpone|add|deleted|removed|happen|happens)\b.*`, aboutTheBot),
	on(`(?:delete|remove|erase|complete|finish|mark|change) (?:nothing|none|no(?: (?:one|task|tasks))?)(?: of (?:them|these|those|it))?(?: (?:as )?(?:done|complete))?`, says("Okay, I changed nothing.")),
}

// contradictions are looked for in the whole text, before it is parted.
var contradictions = []rule{
	on(`(add|complete|delete|remove|finish|create|reopen|mark|keep|leave) (?:and|&|or) (?:then )?(add|complete|delete|remove|finish|create|reopen|undo|keep|leave)\b.*`, contradicts),
	on(`(?:mark|set|make) .+ (?:as |to )*`+doneWords+` (?:and|&|or|but) (?:as )?(?:`+undoneWords+`)`, says(contradiction)),
	on(`(?:delete|remove|complete|finish|add|erase) .+ (?:but|and)(?: then| also)? (?:please )?(?:don't|do not|not really|not)(?: .*)?`, butNot),
}

const (
	conditional   = "I cannot wait for something to happen, so I changed nothing. Tell me when it has, and I will do it."
	contradiction = "That would do a thing and its opposite, so I changed nothing. Which of the two do you want?"
)

// contradicts is for "add and delete milk". "find and remove the stain" is a
// title, and is no matter of this rule.
func contradicts(_ *parser, m []string) command {
	if strings.EqualFold(m[1], m[2]) {
		return nil
	}
	return talk(contradiction)
}

// butNot lets "delete everything but not task 2" pass: that names an exception.
func butNot(p *parser, m []string) command {
	if strings.HasPrefix(strings.ToLower(m[0]), "add") || reminds.MatchString(m[0]) {
		return nil
	}
	if at := spares.FindStringSubmatch(m[0]); at != nil {
		if g, ok := p.plainTarget(at[1]); ok && g.pronoun == "" {
			return nil
		}
		if !hollow.MatchString(at[1]) {
			return nil
		}
	}
	return talk(contradiction)
}

var (
	spares = regexp.MustCompile(`(?i)\bbut not (.+?)[\s.!]*$`)
	// reminds is no contradiction: "and don't forget to call Ann".
	reminds = regexp.MustCompile(`(?i)\b(?:don't|do not) (?:let me )?forget\b`)
	hollow  = regexp.MustCompile(`(?i)^(?:really|it|actually|now|yet|that)$`)
)

// aboutTheBot is a question about what the commands do. One about a task is
// left to the rules for questions.
func aboutTheBot(_ *parser, m []string) command {
	if howTo.MatchString(m[0]) {
		return talk(help)
	}
	if hypothetical.MatchString(m[0]) {
		return talk("I changed nothing: that was a question. " + abilities)
	}
	return nil
}

var (
	howTo        = regexp.MustCompile(`(?i)^(?:how (?:do|can|would|should|could|to) (?:i|you|we|one)?|(?:can|could|may) i\b)`)
	hypothetical = regexp.MustCompile(`(?i)^(?:what (?:would|will|does|do|happens|if)|why|who|would|wouldn't|will|should i)\b`)
)

// undo takes back what the turn before did, where that is possible.
type undo struct{}

var undoRules = []rule{
	on(`(?:(?:oops|whoops|no|wait|sorry|actually|never mind|my mistake|my bad|that was (?:a mistake|wrong|an accident))[\s,.!]*)*(?:undo(?: (?:that|it|this|the last (?:one|change|action|thing)|what you (?:just )?did))?|scratch that|take (?:that|it) back|revert(?: (?:that|it))?|i didn't mean (?:that|to do that)|reverse that)`,
		func(*parser, []string) command { return undo{} }),
}

func (undo) run(t *turn) {
	tool, numbers := t.lastTool, t.changed
	if len(numbers) == 0 {
		t.say("There is nothing that I could undo. Tell me what to add, reopen or change, and I will do it.")
		return
	}
	switch tool {
	case "add_task":
		if tasks := t.withIDs(numbers); len(tasks) == 1 {
			deleteAll(t, tasks)
		} else if len(tasks) > 1 {
			t.confirmDelete(tasks)
		}
	case "complete_task":
		if tasks := t.withIDs(numbers); len(tasks) > 0 {
			reopenAll(t, tasks)
		}
	case "reopen_task":
		if tasks := t.withIDs(numbers); len(tasks) > 0 {
			completeAll(t, tasks)
		}
	case "delete_task":
		t.say("I cannot bring back what was deleted. Tell me what to add, and I will add it again.")
	default:
		t.say("I cannot undo that change by myself. Tell me how it was before, and I will change it back.")
	}
}
