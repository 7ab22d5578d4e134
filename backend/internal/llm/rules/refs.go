package rules

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// target is how the user names one or more tasks. One of the fields is set,
// beside those that go with all.
type target struct {
	ids     []int64
	tooBig  string  // a number that is none of any task
	ordinal int     // 1 for the first one, -1 for the last
	pronoun string  // it, them, added
	all     *filter // all that pass
	title   string  // words of the title
	exact   bool    // the title was quoted

	every  bool     // "both chapters": all that the title fits
	vague  bool     // "3 tasks": too little to tell which
	span   int      // "the first two": how many, from the end when negative
	parts  []target // "2 and the last one"
	except *target  // "all but the bank"
	single bool     // "the overdue one": one of all
}

const (
	taskNoun = `(?:tasks?|to-?dos?|items?|entry|entries|reminders?|number|no\.?|nr\.?|#)`
	ordinals = `(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|1st|2nd|3rd|\d{1,3}th|last|latest|final|bottom|top)`
)

var (
	numbered = regexp.MustCompile(`(?i)^(?:(?:the|my|both|number) )?(?:` + taskNoun + ` ?)*#?(\d+)((?:(?:\s*,\s*|\s*&\s*|\s+and\s+|\s*-\s*|\s+(?:to|through|thru)\s+|,\s*and\s+|\s+)` +
		`(?:(?:the |with )?` + taskNoun + ` ?)*#?\d+)*)(?: ?` + taskNoun + `)?$`)
	wordNumber = regexp.MustCompile(`(?i)^(?:the )?` + taskNoun + `(?: number| no\.?)? (one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)$`)
	digits     = regexp.MustCompile(`\d+`)
	spanOfIDs  = regexp.MustCompile(`(?i)^\D*(\d+)\s*(?:-|to|through|thru)\s*\D*(\d+)\D*$`)
	ordinalRef = regexp.MustCompile(`(?i)^(?:the |my )?(` + ordinals + `)(?: (?:one|task|to-?do|item|entry)s?)?(?: (?:on|of|in|from) (?:the|my|that) (?:\S+ )?list)?(?: (?:of|in) (?:them|those|these))?$`)
	pronounRef = regexp.MustCompile(`(?i)^(?:it|this|that|(?:this|that|the same|the) (?:one|task|to-?do|item))$`)
	pluralRef  = regexp.MustCompile(`(?i)^(?:(?:all|both|each|every one) of (?:them|those|these)|them(?: all| both)?|those|these|both|they|(?:both|those|these) (?:tasks|ones|items))$`)
	addedRef   = regexp.MustCompile(`(?i)^(?:the|that) (?:(?:new|newest|latest|last|most recent) )?(?:one|task|to-?do|item)?\s*(?:that |which )?(?:(?:i|you|we)(?:'ve| have)? (?:just )?(?:added|created|made|put in)(?: (?:just now|last|earlier|before|recently))?|just added)$|^the (?:new|newest|most recent)(?: (?:one|task|item))?$`)
	allRef     = regexp.MustCompile(`(?i)^(?:(?:absolutely )?(?:all|everything|every|each)\b.*|(?:(?:the|my|our|of|whole|entire|full|to-?do|to do|task) )+(?:list|tasks|to-?dos|items)|(?:(?:the|my|any) )?` + statusWords + ` (?:ones|tasks|to-?dos|items|stuff|things)\b.*|(?:(?:the|my) )(?:\S+ ){0,2}(?:tasks|to-?dos|items|ones|stuff)\b.*)$`)

	refLead  = regexp.MustCompile(`(?i)^(?:(?:the|my|our|a|an|that|this|task|to-?do|item) |(?:one |task |item )?(?:about|called|named|titled|labell?ed|that says|with|to|for|of|regarding|concerning) )+`)
	refTrail = regexp.MustCompile(`(?i)(?: (?:task|to-?do|item|one|reminder|entry|thing|stuff)| (?:from|off|on|in) (?:my|the) (?:\S+ )?list| now| already| today| any ?more| too| as well)+$`)
)

var (
	onListEnd  = regexp.MustCompile(`(?i),? (?:on|of|in|from|off) (?:the|my|that|your|this) (?:(?:\S+ )?list|tasks|to-?dos)$`)
	exceptRef  = regexp.MustCompile(`(?i)^((?:all|every).*?),? (?:except(?: for| from)?|but(?: not| for)?|apart from|other than|besides|excluding|without|save) (.+)$`)
	spanRef    = regexp.MustCompile(`(?i)^(?:the |my )?(first|last|top|bottom|next) (\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)(?: (?:ones|tasks|to-?dos|items|entries|of (?:them|these|those)))?$`)
	singleRef  = regexp.MustCompile(`(?i)^(?:the|my) (?:only )?(?:(?:` + statusWords + `|` + priorityWords + `(?:[ -]priority)?) )+(?:one|task|to-?do|item)$`)
	partJoin   = regexp.MustCompile(`(?i)\s*,\s*(?:(?:and|&|plus)\s+)?|\s+(?:and|&|plus)\s+(?:also\s+)?`)
	vagueRef   = regexp.MustCompile(`(?i)^(?:just |any |only )?(?:` + numbers + `|some|any|a bunch of|several|many|most|a lot of)(?: of)?(?: (?:my|the|old|more|other))* (?:tasks|to-?dos|items|things|entries)$`)
	bothRef    = regexp.MustCompile(`(?i)^(?:both|both of)(?: of)? (?:the |my )?(\pL+s(?: .+)?)$`)
	politeRef  = regexp.MustCompile(`(?i)^(?:please |also |just |now |too )+`)
	aloneOneOf = regexp.MustCompile(`(?i)^(?:it|this|that|one|them|those)$`)
)

// target reads how a clause names tasks. It never fails: what has no other
// form is words of a title.
func (p *parser) target(s string) target {
	s = strings.Trim(s, " \n,.!?:;")
	if len(s) > maxWords {
		return target{title: p.plain(strings.ToValidUTF8(s[:maxWords], ""))}
	}
	s = politeRef.ReplaceAllString(onListEnd.ReplaceAllString(s, ""), "")
	if g, ok := p.plainTarget(s); ok && !vagueRef.MatchString(s) {
		return g
	}
	if m := exceptRef.FindStringSubmatch(s); m != nil {
		if all := p.target(m[1]); all.all != nil {
			all.except = new(p.target(m[2]))
			return all
		}
	}
	if vagueRef.MatchString(s) {
		return target{vague: true}
	}
	if m := bothRef.FindStringSubmatch(s); m != nil {
		g := p.target(m[1])
		g.every = g.title != ""
		return g
	}
	if q, ok := p.quoted(refTrail.ReplaceAllString(refLead.ReplaceAllString(s, ""), "")); ok {
		return target{title: q, exact: true}
	}
	if singleRef.MatchString(s) {
		return target{all: new(p.filter(s)), single: true}
	}
	if allRef.MatchString(s) {
		return target{all: new(p.filter(s))}
	}
	if parts := p.targetParts(s); parts != nil {
		return target{parts: parts}
	}
	words := refTrail.ReplaceAllString(refLead.ReplaceAllString(s, ""), "")
	if !readable(words) {
		words = s
	}
	for _, word := range english().slang {
		words = word.pattern.ReplaceAllString(words, word.by)
	}
	return target{title: p.plain(words)}
}

// plainTarget reads numbers, places in the list, and references.
func (p *parser) plainTarget(s string) (target, bool) {
	switch {
	case numbered.MatchString(s):
		return numberedTarget(s), true
	case wordNumber.MatchString(s):
		word := strings.ToLower(wordNumber.FindStringSubmatch(s)[1])
		return target{ids: []int64{int64(numberWords[word])}}, true
	case addedRef.MatchString(s):
		return target{pronoun: "added"}, true
	case ordinalRef.MatchString(s):
		return target{ordinal: ordinalOf(ordinalRef.FindStringSubmatch(s)[1])}, true
	case pronounRef.MatchString(s):
		return target{pronoun: "it"}, true
	case pluralRef.MatchString(s):
		return target{pronoun: "them"}, true
	}
	if m := spanRef.FindStringSubmatch(s); m != nil {
		n := count(strings.ToLower(m[2]))
		if from := strings.ToLower(m[1]); from == "last" || from == "bottom" {
			n = -n
		}
		return target{span: n}, n != 0
	}
	return target{}, false
}

// targetParts reads "2 and the last one": parts of which one at least is no
// title. A list of titles is for matchEach.
func (p *parser) targetParts(s string) []target {
	pieces := partJoin.Split(s, maxParts)
	if len(pieces) < 2 {
		return nil
	}
	var out []target
	plain := false
	for _, piece := range pieces {
		g, ok := p.plainTarget(strings.TrimSpace(piece))
		if !ok {
			if g = p.target(piece); g.title == "" || !readable(g.title) {
				return nil
			}
		}
		plain = plain || ok && !aloneOneOf.MatchString(piece)
		out = append(out, g)
	}
	if !plain {
		return nil
	}
	return out
}

// maxRange bounds "tasks 1 to 20".
const maxRange = 50

func numberedTarget(s string) target {
	if m := spanOfIDs.FindStringSubmatch(s); m != nil {
		from, to := atoi(m[1]), atoi(m[2])
		if from > 0 && from < to && to-from < maxRange {
			var t target
			for id := from; id <= to; id++ {
				t.ids = append(t.ids, int64(id))
			}
			return t
		}
	}
	var t target
	for _, d := range digits.FindAllString(s, -1) {
		id, err := strconv.ParseInt(d, 10, 64)
		if err != nil || id == 0 {
			return target{tooBig: d}
		}
		if !slices.Contains(t.ids, id) {
			t.ids = append(t.ids, id)
		}
	}
	return t
}

func ordinalOf(word string) int {
	word = strings.ToLower(word)
	switch word {
	case "last", "latest", "final", "bottom":
		return -1
	case "top":
		return 1
	}
	for i, name := range []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"} {
		if word == name {
			return i + 1
		}
	}
	return atoi(digits.FindString(word))
}
