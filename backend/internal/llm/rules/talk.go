package rules

import (
	"regexp"
	"strings"
)

// abilities is what the provider says of itself.
const abilities = "I keep your todo list: I can add, list, complete, rename, reschedule and delete tasks. " +
	"For example: “add buy milk tomorrow”, “what's pending?”, “mark task 3 as done”."

const help = "I keep your todo list. You can say, for example:\n\n" +
	"- “Add a task to buy groceries tomorrow at 5pm” to add one, with a date, #tags or a priority\n" +
	"- “Show all my tasks” or “What's pending?” to list them\n" +
	"- “Mark task 3 as complete” or “I finished the report” to complete one\n" +
	"- “Change task 1 to 'Call mom tonight'”, “Move the dentist to Friday” or “Make task 2 high priority” to update one\n" +
	"- “Delete the meeting task” to delete one"

// talk is an answer that needs no tool.
type talk string

func (s talk) run(t *turn) { t.say("%s", string(s)) }

func says(text string) func(*parser, []string) command {
	return func(*parser, []string) command { return talk(text) }
}

var talkRules = []rule{
	on(`(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day))\b(?:[ ,!]+(?:there|again|everyone|bot|assistant|todo ?bot|how are you|how's it going|what's up))*`,
		says("Hello! What would you like to do? You can add a task, ask what is pending, or say “help”.")),
	on(`how are you(?: doing)?(?: today)?`, says("I am well, thank you, and ready to look after your todo list.")),
	on(`help(?: me)?|commands|usage|\?+|(?:what|which) (?:(?:else )?can (?:you|i) (?:do|say|ask)|commands|are you able to|do you (?:do|know|understand)|are you\b).*|`+
		`how (?:do|does|can|should) (?:i|this|you|it) (?:use|work|add|delete|complete|change|start|make).*|who are you|what are you.*|what is this`, says(help)),
	on(`(?:(?:thanks|thank you|thx|ty|cheers)\b(?:[ ,]+(?:a lot|so much|very much|again|you|that's all|for .*|bye|everyone|man|mate))*|(?:great|perfect|awesome|nice|cool|good|excellent|wonderful)(?: (?:job|work|one))?|well done|ok(?:ay)?|got it|(?:that's|that is) (?:all|great|perfect|it)(?: for now)?)(?:[,!. ]+(?:thanks|thank you|great|perfect))?`,
		says("You are welcome!")),
	on(`(?:bye|goodbye|good night|see you(?: later| soon)?|cu)(?: .{0,20})?`, says("Goodbye! Your list will be here.")),
	on(`(?:yes|yep|yeah|no|nope|sure|never ?mind|cancel|stop|forget it|y|n)`, says("All right. Nothing was waiting for an answer, so I changed nothing. What would you like to do?")),
}

// unknown is a text that no rule reads.
type unknown struct{ text string }

var (
	// chatter begins what is said to a person, or asked, not noted down.
	chatter = regexp.MustCompile(`(?i)^(?:what|who|whom|whose|when|where|why|how|which|is|are|am|was|were|do|does|did|can|could|would|will|should|shall|have|has|` +
		`i|i'm|i've|i'd|i'll|you|you're|he|she|it|it's|its|we|they|this|that|there|the|a|an|my|your|tell|explain|translate|write|sing|play|joke|ignore|pretend|act|say|repeat|calculate|` +
		`delete|remove|complete|finish|mark|rename|update|change|show|list|find|search|reopen|erase)\b`)
	letters = regexp.MustCompile(`\pL{2,}`)
	// numberedTask is a task that is there: what is said of it is to be done
	// with it, not to be noted down.
	numberedTask = regexp.MustCompile(`(?i)\b(?:task|item|to-?do) ?(?:number |#)?\d+\b`)
)

// isSentence tells whether a text has two words or more.
func isSentence(text string) bool { return len(letters.FindAllString(text, 2)) == 2 }

const maxOffer = 12 // words of a text that may be a title

// run offers to add what reads like a task; otherwise it says what it can do.
func (u unknown) run(t *turn) {
	text := blunt(u.text)
	if l := spoken(u.text); l != nil {
		t.say("%s", l.Replies["sorry"])
		return
	}
	switch {
	case !readable(text):
		t.say("%s %s", noWords, abilities)
	case strings.Contains(text, "?"), chatter.MatchString(text), numberedTask.MatchString(text),
		len(strings.Fields(text)) > maxOffer, !isSentence(text):
		t.say("%s %s", sorry, abilities)
	default:
		d := t.details(text)
		switch {
		case t.noDate != "":
			t.say("%s", t.sayNoDate())
		case d.title == "":
			t.say("%s %s", sorry, abilities)
		default:
			t.offer(d)
		}
	}
}

// spoken gives the language that most of a text's words are of, or nil.
func spoken(text string) *language {
	all := markerWord.FindAllString(strings.ToLower(text), maxOffer)
	for _, l := range languages() {
		n := 0
		for _, word := range all {
			if l.markers[word] {
				n++
			}
		}
		if 2*n > len(all) {
			return l
		}
	}
	return nil
}

func (t *turn) offer(d draft) {
	text := "I am not sure what to do with that. Shall I add “" + escape(shorten(d.title)) + "” as a task?"
	t.ask(&question{
		confirm: true, text: text,
		then: func(t *turn, _ []task) { (&add{drafts: []draft{d}}).run(t) },
	}, text)
}
