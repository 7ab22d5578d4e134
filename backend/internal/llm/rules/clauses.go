package rules

import (
	"regexp"
	"strings"
	"sync"
)

// separator is where one command can end and the next begin.
var separator = regexp.MustCompile(`(?i)\s*(?:[;\n]+|[.!?]+\s+|,?\s*(?:\band )?\bthen\b,?|` +
	`,\s*(?:(?:and|but|also|plus)\b\s*)*|\s(?:(?:and|but|also|plus|&)\s+)+)\s*`)

// hardSeparator is one that a title seldom holds.
var hardSeparator = regexp.MustCompile(`(?i)[;\n.!?]|\bthen\b`)

var (
	polite = regexp.MustCompile(`(?i)^(?:(?:hi|hey|hello|ok|okay|oh|please(?: to)?|pls|plz|now|then|also|actually|so|well|um|and|but|yo|dear|` +
		`great|thanks|thank you|thx|alright|sure|yes|just|kindly|quickly|maybe|finally|lastly|good (?:morning|afternoon|evening|day)|hi there|hello there|hey there)(?:\s*[,!.:]+\s*|\s+|$)|` +
		`(?:can|could|would|will|might|may) (?:you|u|ya|we|i)(?: (?:please|pls|kindly|just|also|maybe|quickly|possibly|perhaps|be so (?:kind|good)(?: as)?(?: to)?|be able to|mind|trouble you to|ask you to|help me(?: to)?))*,? |` +
		`(?:i(?:'d| would) (?:like|love|appreciate it if)|i want|i wish)(?: for)?(?: you)?(?: to| could) |i need you to |i'd appreciate it if you(?: could| would)? |` +
		`(?:i was wondering|i wonder) if you (?:could|can|would) |(?:would|is|could) it be possible (?:for you )?to |would it be ok(?:ay)? to |i think (?:you|we) should |(?:basically|quick one|quick question|one more thing|one last thing|by the way|btw)[:,]? |when you (?:have|get) (?:a|the) (?:moment|minute|second|chance),? |` +
		`let's |let us |shall we |do me a favou?r and |please to |if you (?:could|would|can|don't mind),? (?:please )?|` +
		`go ahead and |help me (?:to )?|try to |you (?:can|should|may|could) |is it possible to |be (?:so kind|a dear|so good) (?:as to |and ))`)
	politeMiddle = regexp.MustCompile(`(?i)^((?:add|create|make|put|delete|remove|show|list|mark|complete|rename|change|move|set|tell|give|read|remind)(?: me)?),? (?:please|pls|kindly),? `)
	politeEnd    = regexp.MustCompile(`(?i)[\s,]+(?:please|pls|thanks|thank you|thx|ok\?|okay\?|for me please|for me|if you can|if you don't mind|if you would|if possible|(?:will|would|could|can) you\??|when you (?:can|have time|get a chance))[\s.!?]*$`)
)

// blunt takes the politeness off both ends of a clause. A clause of nothing
// else, such as "thanks", stays as it is.
func blunt(s string) string {
	s = bluntStart(s)
	for range maxPolite {
		from := max(0, len(s)-politeWindow)
		end := politeEnd.FindStringIndex(s[from:])
		if end == nil || !readable(s[:from+end[0]]) {
			break
		}
		s = strings.TrimSpace(s[:from+end[0]])
	}
	return s
}

// firstThen is an order of commands, where "the first and third" counts tasks.
var firstThen = regexp.MustCompile(`(?i)^(?:first(?:ly)?|next)(?: of all)?(?:[,:] *|,? (?:please )?)((?:please )?(?:add|create|delete|remove|mark|complete|finish|show|list|rename|change|move|remind|set|make)\b)`)

var soIs = regexp.MustCompile(`(?i)^so (?:is|are|was|were|has|have|did) `)

// How often blunt takes something off an end, and how far from the end it
// looks. Nobody is as polite as that; a text that goes on costs no more.
const (
	maxPolite    = 12
	politeWindow = 40
)

func bluntStart(s string) string {
	s = strings.TrimSpace(s)
	if soIs.MatchString(s) {
		return s
	}
	if at := firstThen.FindStringSubmatchIndex(s[:min(len(s), window)]); at != nil {
		s = s[at[2]:]
	}
	for range maxPolite {
		rest := strings.TrimSpace(s[len(polite.FindString(s[:min(len(s), window)])):])
		if rest == s || !readable(rest) {
			break
		}
		s = rest
	}
	if m := politeMiddle.FindStringSubmatchIndex(s[:min(len(s), window)]); m != nil {
		s = s[:m[3]] + " " + s[m[1]:]
	}
	return s
}

const verbs = `(?:add|create|delete|remove|mark|complete|finish|show|list|rename|change|update|move|reschedule|postpone|` +
	`set|make|tag|reopen|remind me|remember to|don't|do not|what|what's|which|how many|i need|i have|i must|i've|clear|cancel|` +
	`check off|tick off|cross off|new|to-?do|put|find|search|thanks|thank you|get rid of|prioriti[sz]e|drop|erase|close|label|edit|how's|where|when|any|anything)\b`

// loose matches what can be a command, strict what can hardly be anything
// else, such as the rest of a title: "and delete it", not "and delete files".
var (
	loose  = regexp.MustCompile(`(?i)^` + verbs)
	strict = regexp.MustCompile(`(?i)^(?:(?:the )?(?:task|to-?do|item|#) ?#?\d+ (?:to|as|is|for)\b|add |create |new (?:task|to-?do|reminder)|(?:task|to-?do): |remind me|remember to|` +
		`don't (?:let me )?forget|i (?:also )?(?:need|have|must)(?: to)? |` +
		`show (?:me|all|my|the|what|pending|completed|overdue)|list (?:all|my|the|tasks|pending|completed|overdue)|` +
		`(?:what(?:'s| is| are| do| have| did)|how many|which) .*(?:task|to ?do|pending|due|left|done|complete|list)|` +
		`(?:mark|set|make) .*\b(?:done|completed?|finished|urgent|priority)\b|` +
		`(?:delete|remove|complete|finish|reopen|rename|change|update|move|reschedule|postpone|tag|set|cancel|clear|prioriti[sz]e|mark|` +
		`check off|tick off|cross off)\s+(?:#?\d|tasks?\b|to-?do\b|item\b|number\b|it\b|that\b|this one|them\b|all\b|every|\p{Co}|` +
		`(?:the|my) (?:first|second|third|last|latest|(?:\S+ ){1,4}(?:tasks?|to-?dos?|one)\b)|completed|my (?:tasks|list)))`)
)

// maxClauses is how many commands a text may give. More than that is a text
// pasted by mistake, or written to keep the server busy.
const maxClauses = 50

// clauses splits a text into clauses, each with one command. A clause whose
// end is a title ends only where a command surely begins. Past maxClauses it
// stops and gives one more, so that the caller can tell.
func clauses(s string) []string {
	var out []string
	rest, from := s, 0
	var inTitle func() bool // of the current clause, as far as its beginning tells
	for len(out) <= maxClauses {
		at := separator.FindStringIndex(rest[from:])
		if at == nil {
			return appendClause(out, rest)
		}
		head, tail := rest[:from+at[0]], rest[from+at[1]:]
		next := strings.TrimRight(tail[:min(len(tail), window)], " \n")
		blunted := bluntStart(next)
		meant := started(blunted)
		// What is polite between two commands is a part of what parts them.
		to := from + at[1] + len(next) - len(blunted)
		hard := hardSeparator.MatchString(rest[from+at[0] : to])
		// A head without a word ends as well, or it would be read again and
		// again as it grows.
		if inTitle == nil || len(head) < window {
			inTitle = sync.OnceValue(func() bool { return endsInTitle(head) })
		}
		if !readable(head) || endsClause(inTitle, meant, hard) {
			out = appendClause(out, head)
			rest, from, inTitle = rest[to:], 0, nil
			continue
		}
		from = to
	}
	return out
}

// window is how much of a clause tells what it is, in bytes. Without it the
// work would grow with the square of the text.
const window = 160

func endsClause(inTitle func() bool, tail string, hard bool) bool {
	switch {
	case strict.MatchString(tail), hard && (loose.MatchString(tail) || ownReport.MatchString(tail) && isReport(tail)):
		return true
	case !hard && !loose.MatchString(tail) && !isReport(tail):
		return false // Cheaper than to look at the head, and most often so.
	}
	return !inTitle()
}

// reported begins or is a clause that says what was done.
var (
	reportStart = regexp.MustCompile(`(?i)^(?:(?:i|we)(?:'ve| have|'m| am)? |so (?:is|are|did) |(?:(?:just|already|finally) )*)(\pL+)\b`)
	reportEnd   = regexp.MustCompile(`(?i)^.{1,80}? ` + adverbs + `(\pL+)[\s.!]*$`)
)

var asDone = regexp.MustCompile(`(?i)\bas \pL+[\s.!]*$`)

// ownReport begins with the one who did it.
var ownReport = regexp.MustCompile(`(?i)^(?:i|we|i've|we've|i'm|done|finished)\b`)

func isReport(clause string) bool {
	if questions.MatchString(clause) || loose.MatchString(clause) {
		return false
	}
	if m := reportStart.FindStringSubmatch(clause); m != nil && (isPast(m[1]) || strings.HasPrefix(strings.ToLower(clause), "so ")) {
		return true
	}
	m := reportEnd.FindStringSubmatch(clause)
	return m != nil && isPast(m[1]) && !asDone.MatchString(clause)
}

// endsInTitle tells whether the clause gives a task its words.
func endsInTitle(clause string) bool {
	clause = started(blunt(clause[:min(len(clause), window)]))
	return addHead.MatchString(clause) || renameHead.MatchString(clause) || !loose.MatchString(clause) && !isReport(clause)
}

func appendClause(out []string, s string) []string {
	if s = blunt(s); readable(s) {
		out = append(out, s)
	}
	return out
}
