package rules

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed lexicon/en.json
var englishText []byte

// lexicon is what the rules know of English words, as lexicon/en.json has it.
type lexicon struct {
	Starts []struct { // how people begin a command, and the words that the rules know for it
		Means string   `json:"means"`
		Say   []string `json:"say"`
	} `json:"starts"`
	Irregular map[string]string `json:"irregular"` // past forms
	Synonyms  [][]string        `json:"synonyms"`  // verbs that report the same work
	Slang     [][2]string       `json:"slang"`     // patterns of words, and what they mean
	Motion    []string          `json:"motion"`    // verbs whose "and" goes on: "go and see"
	Verbs     []string          `json:"verbs"`     // that tasks begin with

	means map[string]string // of each start, by its words
	verbs map[string]bool
	sense map[string]int
	begin *regexp.Regexp
	slang []replacement
}

// english is read once, when it is first needed. A test reads it too, so it
// cannot fail in a program that was built from tested sources.
var english = sync.OnceValue(func() *lexicon {
	l := new(lexicon)
	if err := json.Unmarshal(englishText, l); err != nil {
		panic("lexicon/en.json: " + err.Error())
	}
	l.means, l.verbs, l.sense = map[string]string{}, map[string]bool{}, map[string]int{}
	var starts []string
	for _, start := range l.Starts {
		for _, say := range start.Say {
			l.means[say] = start.Means
			starts = append(starts, regexp.QuoteMeta(say))
		}
	}
	// The longest first: "need to" before "need".
	slices.SortFunc(starts, func(a, b string) int { return len(b) - len(a) })
	l.begin = regexp.MustCompile(`(?i)^(` + strings.Join(starts, "|") + `)(?:[\s,:]|$)`)
	for _, word := range l.Slang {
		l.slang = append(l.slang, wordReplacement(word[0], word[1]))
	}
	for _, verb := range l.Verbs {
		l.verbs[verb] = true
	}
	for i, verbs := range l.Synonyms {
		for _, verb := range verbs {
			if _, have := l.sense[undoubled(ending(verb))]; !have {
				l.sense[undoubled(ending(verb))] = i + 1
			}
		}
	}
	return l
})

// started gives a clause in the words that the rules know, where it begins
// with others: "gimme my tasks" is "show me my tasks".
func started(s string) string {
	m := english().begin.FindStringSubmatchIndex(s[:min(len(s), window)])
	if m == nil {
		return s
	}
	return english().means[strings.ToLower(s[m[2]:m[3]])] + s[m[3]:]
}

// isVerb tells whether a task may begin with the word.
func isVerb(word string) bool { return english().verbs[strings.ToLower(word)] }

// nouns end like past forms, and are none.
var pastLike = regexp.MustCompile(`(?i)^(?:need|feed|seed|weed|speed|shed|bed|red|bread|med|embed|exceed|proceed|succeed|indeed|hundred|kindred|sacred|naked|wed|ted|fred|ed)$`)

// isPast tells whether the word is the past form or participle of a verb.
func isPast(word string) bool {
	word = strings.ToLower(word)
	if english().Irregular[word] != "" {
		return true
	}
	return len(word) > 3 && strings.HasSuffix(word, "ed") && !pastLike.MatchString(word)
}

// base gives the verb of a past form, and other words as they are.
func base(word string) string {
	if verb, ok := english().Irregular[word]; ok {
		return verb
	}
	return word
}

// sameVerb tells whether two verbs can report the same work.
func sameVerb(a, b string) bool {
	a, b = undoubled(stem(a)), undoubled(stem(b))
	if a == b {
		return true
	}
	x, y := english().sense[a], english().sense[b]
	return x != 0 && x == y
}

// undoubled takes a double letter off the end, so that "shopp(ing)" is "shop".
func undoubled(stem string) string {
	if n := len(stem); n > 3 && stem[n-1] == stem[n-2] {
		return stem[:n-1]
	}
	return stem
}

// misspelt are the words that begin commands and are put right where a letter
// is wrong.
var misspelt = []string{
	"delete", "remove", "complete", "remind", "create", "rename", "reschedule", "postpone", "update", "change",
	"finish", "reopen", "cancel", "finished", "completed", "cross", "mark", "show",
}

// corrected gives a clause with its first word put right, when that is no word
// that people begin a task or a command with.
func corrected(s string) string {
	first, rest, _ := strings.Cut(s, " ")
	word := strings.ToLower(strings.Trim(first, ",.:;!?"))
	if len(word) < 4 || isVerb(word) || slices.Contains(misspelt, word) || english().Irregular[word] != "" {
		return s
	}
	for _, right := range misspelt {
		if word != right && oneSlip([]rune(word), []rune(right)) {
			return strings.TrimSpace(right + " " + rest)
		}
	}
	return s
}

// relaxed gives a clause that no rule reads in plainer words: without slang,
// fillers, and a slip in its first word.
func relaxed(s string) string {
	for _, word := range english().slang {
		s = word.pattern.ReplaceAllString(s, word.by)
	}
	s = fillers.ReplaceAllString(strings.TrimSpace(s), "")
	s = trailers.ReplaceAllString(s, "")
	return started(corrected(blunt(s)))
}

var (
	fillers  = regexp.MustCompile(`(?i)^(?:(?:nah|no|nope|yeah|yep|yes|yo|(?:my )?to-?do ?list|assistant|bot|computer|ugh|hmm+|uh+|um+|oops|whoops|wait|ah+|btw|by the way|fyi|look|listen|man|dude|bro|mate|dear|hi there|good (?:morning|afternoon|evening))[\s,.!:]+)+`)
	trailers = regexp.MustCompile(`(?i)[\s,.!]+(?:lol|lmao|haha+|hehe|btw|tho|though|mate|dude|bro|man|buddy|ok|okay|thx|ty|cheers|:\)|;\)|:d|xd|anyway|after all|if possible|when you can|for me)[\s.!]*$`)
)
