package rules

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed lexicon/languages/*.json
var languageFiles embed.FS

// language is what the rules know of a language other than English: the basic
// commands, and the replies to them. lexicon/README.md explains the files.
type language struct {
	Name       string              `json:"name"`
	Commands   map[string][]string `json:"commands"`
	References map[string]string   `json:"references"` // to how English says it
	TaskWords  []string            `json:"task_words"` // before a number
	Fillers    []string            `json:"fillers"`    // words that say nothing about a task
	Participle struct {
		Drop    string   `json:"drop"`
		Endings []string `json:"endings"`
	} `json:"participle"`
	CleanTitle [][2]string       `json:"clean_title"`
	Dates      [][2]string       `json:"dates"` // to how English says it
	Yes        []string          `json:"yes"`
	No         []string          `json:"no"`
	Replies    map[string]string `json:"replies"`

	rules      []foreignRule
	references []replacement
	dates      []replacement
	titles     []replacement
	number     *regexp.Regexp
	yes, no    *regexp.Regexp
	markers    map[string]bool
}

type foreignRule struct {
	intent  string
	pattern *regexp.Regexp
}

type replacement struct {
	pattern *regexp.Regexp
	by      string
}

// intents are tried in this order.
var intents = []string{
	"hello", "thanks", "help", "list_completed", "list_overdue", "list_pending", "count", "list_all", "list",
	"rename", "reopen", "complete", "delete", "add",
}

// languages are read once, when they are first needed. A test reads them too,
// so a bad file does not get into a program.
var languages = sync.OnceValue(func() []*language {
	files, err := languageFiles.ReadDir("lexicon/languages")
	if err != nil {
		panic(err)
	}
	var out []*language
	for _, file := range files {
		raw, err := languageFiles.ReadFile(path.Join("lexicon/languages", file.Name()))
		if err != nil {
			panic(err)
		}
		l := new(language)
		if err := json.Unmarshal(raw, l); err != nil {
			panic(file.Name() + ": " + err.Error())
		}
		l.compile()
		out = append(out, l)
	}
	return out
})

const foreignEnd = `[\s.!?؟۔]*$`

// form makes a pattern of a form of words: [x] may be left out, (a|b) are
// alternatives, {title}, {task}, {when} and {done} stand for other words.
func form(text string) string {
	return strings.NewReplacer(
		"[", "(?:", "]", ")?", "(", "(?:", " ", `\s+`,
		"{title}", "(?P<title>.+?)", "{task}", "(?P<task>.+?)", "{when}", "(?P<when>.+?)", "{done}", `(?P<done>\pL+)`,
	).Replace(text)
}

func whole(text string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)^(?:` + form(text) + `)` + foreignEnd)
}

func (l *language) compile() {
	l.markers = map[string]bool{}
	for _, intent := range intents {
		for _, text := range l.Commands[intent] {
			l.rules = append(l.rules, foreignRule{intent, whole(text)})
			for _, word := range markerWord.FindAllString(placeholder.ReplaceAllString(text, " "), -1) {
				l.markers[strings.ToLower(word)] = !notForeign[strings.ToLower(word)]
			}
		}
	}
	for text, by := range l.References {
		l.references = append(l.references, replacement{whole(text), by})
	}
	// Two forms seldom fit the same words; then the order must not be chance.
	slices.SortFunc(l.references, func(a, b replacement) int { return strings.Compare(a.pattern.String(), b.pattern.String()) })
	for _, d := range l.Dates {
		l.dates = append(l.dates, wordReplacement(d[0], d[1]))
	}
	for _, c := range l.CleanTitle {
		l.titles = append(l.titles, replacement{regexp.MustCompile(`(?i)` + c[0]), c[1]})
	}
	nouns := make([]string, 0, len(l.TaskWords))
	for _, word := range l.TaskWords {
		nouns = append(nouns, regexp.QuoteMeta(word))
	}
	l.number = regexp.MustCompile(`(?i)^(?:(?:` + strings.Join(nouns, "|") + `)\s+)*#?\d+(?:(?:\s*,\s*|\s+\pL{1,3}\s+)(?:(?:` + strings.Join(nouns, "|") + `)\s+)*#?\d+)*$`)
	l.yes, l.no = answers(l.Yes, "*$"), answers(l.No, "*")
}

// wordReplacement replaces whole words. The submatches $1 and $2 of by are
// those of the pattern.
func wordReplacement(pattern, by string) replacement {
	re := regexp.MustCompile(`(?i)(^|\s)(?:` + pattern + `)($|[\s,.!?])`)
	by = strings.NewReplacer("$1", "${2}", "$2", "${3}").Replace(by)
	return replacement{re, "${1}" + by + fmt.Sprintf("${%d}", re.NumSubexp())}
}

func answers(words []string, end string) *regexp.Regexp {
	quoted := make([]string, 0, len(words))
	for _, word := range words {
		quoted = append(quoted, regexp.QuoteMeta(word))
	}
	return regexp.MustCompile(`(?i)^(?:(?:` + strings.Join(quoted, "|") + `)(?:[\s,.!؟۔]+|$))+` + strings.TrimPrefix(end, "*"))
}

var (
	placeholder = regexp.MustCompile(`\{\w+\}`)
	markerWord  = regexp.MustCompile(`[\pL\pM]+`)
	// notForeign are words of the files that are English words too, so that
	// they tell nothing.
	notForeign = map[string]bool{
		"list": true, "task": true, "tasks": true, "add": true, "delete": true, "note": true, "complete": true, "done": true,
		"no": true, "pending": true, "hi": true, "cancel": true, "die": true, "was": true, "an": true, "in": true, "am": true,
		"me": true, "so": true, "number": true, "main": true, "par": true, "he": true, "k": true, "to": true, "do": true,
		"super": true, "on": true, "us": true, "pack": true, "den": true, "hat": true, "mere": true, "ne": true, "be": true,
	}
)

// speaks tells whether a text has a word of the language.
func (l *language) speaks(text string) bool {
	return slices.ContainsFunc(markerWord.FindAllString(strings.ToLower(text), 60), func(word string) bool { return l.markers[word] })
}

// local gives a reply in the user's language, where that is not English.
func (t *turn) local(key string) (string, bool) {
	if t.lang == nil {
		return "", false
	}
	text, ok := t.lang.Replies[key]
	return text, ok
}

// or gives a reply in the user's language, or else the English one.
func (t *turn) or(key, english string) string {
	if text, ok := t.local(key); ok {
		return text
	}
	return english
}

// saysYes tells whether a text agrees, in any language.
func saysYes(text string) bool {
	return yes.MatchString(text) || slices.ContainsFunc(languages(), func(l *language) bool { return l.yes.MatchString(text) })
}

func saysNo(text string) bool {
	return no.MatchString(text) || slices.ContainsFunc(languages(), func(l *language) bool { return l.no.MatchString(text) })
}
