package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// target is how the user names one or more tasks. One of the fields is set.
type target struct {
	ids     []int64
	tooBig  string  // a number that is none of any task
	ordinal int     // 1 for the first one, -1 for the last
	pronoun string  // it, them, added
	all     *filter // all that pass
	title   string  // words of the title
	exact   bool    // the title was quoted
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
	allRef     = regexp.MustCompile(`(?i)^(?:(?:absolutely )?(?:all|everything|every|each)\b.*|(?:(?:the|my|our|of|whole|entire|full|to-?do|to do|task) )+(?:list|tasks|to-?dos|items)|(?:(?:the|my) )?` + statusWords + ` (?:ones|tasks|to-?dos|items|stuff)\b.*|(?:(?:the|my) )(?:\S+ ){0,2}(?:tasks|to-?dos|items)\b.*)$`)

	refLead  = regexp.MustCompile(`(?i)^(?:(?:the|my|our|a|an|that|this|task|to-?do|item) |(?:one |task |item )?(?:about|called|named|titled|labell?ed|that says|with|to|for) )+`)
	refTrail = regexp.MustCompile(`(?i)(?: (?:task|to-?do|item|one|reminder|entry|thing)| (?:from|off|on|in) (?:my|the) (?:\S+ )?list| now| already| today| any ?more| too| as well)+$`)
)

// target reads how a clause names tasks. It never fails: what has no other
// form is words of a title.
func (p *parser) target(s string) target {
	s = strings.Trim(s, " \n,.!?:;")
	if len(s) > maxWords {
		return target{title: p.plain(strings.ToValidUTF8(s[:maxWords], ""))}
	}
	switch {
	case numbered.MatchString(s):
		return numberedTarget(s)
	case wordNumber.MatchString(s):
		word := strings.ToLower(wordNumber.FindStringSubmatch(s)[1])
		return target{ids: []int64{int64(numberWords[word])}}
	case addedRef.MatchString(s):
		return target{pronoun: "added"}
	case ordinalRef.MatchString(s):
		return target{ordinal: ordinalOf(ordinalRef.FindStringSubmatch(s)[1])}
	case pronounRef.MatchString(s):
		return target{pronoun: "it"}
	case pluralRef.MatchString(s):
		return target{pronoun: "them"}
	}
	if q, ok := p.quoted(refTrail.ReplaceAllString(refLead.ReplaceAllString(s, ""), "")); ok {
		return target{title: q, exact: true}
	}
	if allRef.MatchString(s) {
		f := p.filter(s)
		return target{all: &f}
	}
	words := refTrail.ReplaceAllString(refLead.ReplaceAllString(s, ""), "")
	if !readable(words) {
		words = s
	}
	return target{title: p.plain(words)}
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

// isSpecific tells whether a target can name only tasks, where words may be
// part of any sentence.
func (g target) isSpecific() bool { return g.title == "" || g.exact }

// resolve finds the tasks of a target. It returns none while it waits, and
// when there are none or too many: then it has said so or asked which one, and
// goes on with the answer by then.
func (t *turn) resolve(g target, prefer preference, then func(*turn, []task)) {
	if found := t.find(g, prefer, then); len(found) > 0 && !t.waiting {
		then(t, found)
	}
}

func (t *turn) find(g target, prefer preference, then func(*turn, []task)) []task {
	switch {
	case g.tooBig != "":
		t.say("There is no task %s.", g.tooBig)
		return nil
	case len(g.ids) > 0:
		return withIDs(g.ids)
	case g.pronoun != "":
		return t.findPronoun(g.pronoun)
	case g.ordinal != 0:
		return t.findOrdinal(g.ordinal, prefer)
	}
	if g.all != nil {
		return t.findAll(*g.all, prefer)
	}
	list := t.candidates(g, prefer)
	if list == nil {
		return nil
	}
	return t.findTitle(list, g, prefer, then)
}

func withIDs(numbers []int64) []task {
	out := make([]task, 0, len(numbers))
	for _, id := range numbers {
		out = append(out, task{ID: id})
	}
	return out
}

func (t *turn) findPronoun(pronoun string) []task {
	if !t.settle() {
		return nil
	}
	id := t.it
	switch {
	case pronoun == "them" && len(t.them()) > 0:
		return withIDs(t.them())
	case pronoun == "added" && t.added != 0:
		id = t.added
	}
	if id == 0 {
		t.say("Which task do you mean? Please tell me its number or some words of its title.")
		return nil
	}
	return withIDs([]int64{id})
}

// findOrdinal counts in the list that the user saw last, or in the list as it
// is.
func (t *turn) findOrdinal(n int, prefer preference) []task {
	if !t.settle() {
		return nil
	}
	numbers := t.counted
	if len(numbers) == 0 {
		list := t.lookup(prefer)
		if list != nil && len(list.Tasks) == 0 {
			list = t.everything()
		}
		if list == nil {
			return nil
		}
		numbers = ids(list.Tasks)
	}
	if n < 0 {
		n += len(numbers) + 1
	}
	if n < 1 || n > len(numbers) {
		t.say("There are not that many tasks. Please tell me the number of the task.")
		return nil
	}
	return withIDs(numbers[n-1 : n])
}

func (t *turn) findAll(f filter, prefer preference) []task {
	if f.status != "" {
		prefer = isAny
	}
	list := t.lookup(f.lookedUp(prefer))
	if list == nil {
		return nil
	}
	out := keep(list.Tasks, func(k task) bool { return f.passes(k, t.now) && prefer.fits(k) })
	if len(out) == 0 {
		t.say("You have no %s%s.", f.describe(0), list.among())
	} else if list.isCut() {
		t.say("Your list is long: I looked at the first %d tasks only.", len(list.Tasks))
	}
	return out
}

// lookedUp gives the tasks to look up for a filter.
func (f filter) lookedUp(prefer preference) preference {
	switch f.status {
	case statusCompleted:
		return isCompleted
	case statusPending, statusOverdue:
		return isPending
	}
	return prefer
}

// among tells, after what was not found, that not all tasks were looked at.
func (l *taskList) among() string {
	if !l.isCut() {
		return ""
	}
	return fmt.Sprintf(" among the first %d tasks", len(l.Tasks))
}

func (t *turn) findTitle(list *taskList, g target, prefer preference, then func(*turn, []task)) []task {
	found := preferred(match(list.Tasks, g.title, g.exact), prefer)
	if len(found) == 0 && !g.exact {
		found = matchEach(list.Tasks, g.title, prefer)
		if len(found) > 0 {
			return found
		}
	}
	switch len(found) {
	case 1:
		return found
	case 0:
		t.sayNone(list, g.title, then)
	default:
		t.ask(which(found, then), "Which one do you mean?\n\n"+t.lines(found))
	}
	return nil
}

// sayNone says that no task fits, and offers those that nearly do.
func (t *turn) sayNone(list *taskList, words string, then func(*turn, []task)) {
	text := "I found no task about “" + escape(shorten(words)) + "”" + list.among() + "."
	if near := nearest(list.Tasks, words); len(near) > 0 {
		t.ask(which(near, then), text+" Did you mean one of these?\n\n"+t.lines(near))
		return
	}
	if len(list.Tasks) == 0 {
		t.say("%s Your list is empty.", text)
		return
	}
	t.say("%s Say “show all my tasks” to see what there is.", text)
}
