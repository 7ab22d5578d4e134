package rules

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// question is one that a turn left open for the next.
type question struct {
	choices []task
	then    func(*turn, []task)         // goes on with the chosen; nil when there is none to choose
	titled  func(*turn, string) command // goes on with the title that is the answer
	confirm bool                        // yes or no
	exact   bool                        // a yes needs the very question in the history
	text    string                      // to be asked again
	lang    *language
	again   bool // it has been
}

// which asks for one of several tasks.
func which(choices []task, then func(*turn, []task)) *question {
	return &question{choices: choices, then: then}
}

var (
	yes = regexp.MustCompile(`(?i)^(?:(?:yes|yep|yup|yeah|ye|y|sure|ok|okay|confirm(?:ed)?|do it|go ahead|please|do|absolutely|definitely|of course|right|correct|` +
		`certainly|affirmative|aye|yess+|yea|yeh|totally|fine|please do|go for it|make it so|sounds good|why not|by all means|(?:delete|remove|complete|finish|do|mark) (?:them|it|all|everything|that|those)(?: all)?(?: as done)?|add it|all of (?:them|it)|everything|all|i(?:'m| am)(?: (?:absolutely|quite|very|pretty))? (?:sure|certain|positive)|that's (?:right|correct|fine|ok)|it is|go|proceed)(?:[\s,.!]+(?:please|thanks|thank you|all|thing|ahead|now|then|it|them|everything|mate|man|bot|do|that))*[\s,.!]*)+$`)
	no = regexp.MustCompile(`(?i)^(?:(?:hm+|uh+|um+|oh|wait|actually|sorry|please|oops|well|ok|okay)[\s,.!]+)*(?:no|nope|nah|n|noo+|cancel|stop|better not|rather not|not really|no way|negative|hold on|hang on|i(?:'ve| have)? changed my mind|i'd rather not|i(?:'m| am) not sure about|absolutely not|of course not|dont|abort|never ?mind|don't|do not|forget (?:it|about it)|keep (?:them|it|all)|leave (?:them|it)|none|neither|nothing|not now|wait)\b`)
	// named takes the words off an answer to "What should it be called?".
	named    = regexp.MustCompile(`(?i)^(?:(?:it'?s|it is|call it|name it|the title is|title:?|it should be|let's call it)(?: called)? |(?:to|that i (?:need|have) to) )`)
	hesitant = regexp.MustCompile(`(?i)^(?:not sure|i(?:'m| am) not sure|i don't know|dunno|maybe|hm+|well|what\?|later)\b`)
	oneOf    = regexp.MustCompile(`(?i)^(?:(?:no|nope|nah|yes|yeah|ok|okay|oh|uh|um|hmm|sorry|actually),? |(?:it's|i mean|i meant|that would be|the one|number) )+`)
)

// isRatherThis tells whether a no goes on with what is meant instead: "no, the
// bank".
func isRatherThis(text string) bool {
	m := noThen.FindStringSubmatch(text)
	return m != nil && !saysNo(m[1]) && !leaveIt.MatchString(m[1])
}

var (
	noThen  = regexp.MustCompile(`(?i)^(?:no|nope|nah)[\s,.!]+(?:i mean(?:t)? |rather |it's )?(?:only |just )?(?:the |task |number |#)(.+)$`)
	leaveIt = regexp.MustCompile(`(?i)\b(?:keep|leave|them|changed|sorry|thanks|thank|other|rest)\b`)
)

// answer gives the commands of a text that answers the question, or nil when
// it is about something else.
func (q *question) answer(t *turn) []command {
	text := blunt(t.text)
	switch {
	case q.titled != nil:
		return q.answerTitle(t, text)
	case q.confirm && q.exact && q.part(t) != nil:
		part := q.part(t)
		return []command{resumed(func(t *turn) { q.then(t, part) })}
	case saysNo(text) && !strict.MatchString(text) && !isRatherThis(text):
		return []command{talk(t.or("unchanged", "Okay, I changed nothing."))}
	case q.confirm:
		return q.answerConfirm(t, text)
	}
	return q.answerChoice(t, text)
}

func (q *question) answerConfirm(t *turn, text string) []command {
	if saysYes(t.text) || saysYes(text) {
		return []command{resumed(func(t *turn) { q.then(t, q.choices) })}
	}
	if t.commands() != nil || !q.exact && isSentence(text) && !hesitant.MatchString(t.text) {
		return nil
	}
	return q.askAgain(q.text)
}

// askAgain asks once more. The second time the question is dropped, and the
// text is to be answered on its own.
func (q *question) askAgain(text string) []command {
	if q.again {
		return nil
	}
	next := *q
	next.again = true
	return []command{resumed(func(t *turn) { t.ask(&next, text) })}
}

var (
	onlyPart = regexp.MustCompile(`(?i)^(?:(?:no|yes|yeah|ok|okay|but|please|delete|remove)[, ]+)*(?:only|just) (?:(?:delete|remove) )?(.+)$|^(?:(?:delete|remove) )?(.+?) only$`)
	butPart  = regexp.MustCompile(`(?i)^(?:(?:yes|yeah|yep|sure|ok|okay|please|delete|remove|do|it|them|all|of|everything|every one)[, ]+)+` +
		`(?:(?:but|except|excluding|without|apart|save)(?: (?:for|from))?(?: (?:not|keep|leave|spare|don't (?:delete|remove)))?|(?:not|keep)) (.+)$`)
)

// part gives the tasks of an answer that agrees to some of them: "only the
// first", "yes, but not task 5". It gives none when the answer is another.
func (q *question) part(t *turn) []task {
	text := strings.Trim(politeEnd.ReplaceAllString(t.text, ""), " .!")
	if m := onlyPart.FindStringSubmatch(text); m != nil {
		return q.pickOut(t, t.target(m[1]+m[2]))
	}
	m := butPart.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	spared := q.pickOut(t, t.target(m[1]))
	if len(spared) == 0 {
		return nil
	}
	return keep(q.choices, func(k task) bool { _, is := byID(spared, k.ID); return !is })
}

// pickOut reads which of the tasks are named. Unlike choose it never takes
// words that it does not know for all of them.
func (q *question) pickOut(t *turn, g target) []task {
	switch {
	case g.pronoun != "":
		return nil
	case g.all != nil:
		return keep(q.choices, func(k task) bool { return g.all.passes(k, t.now) })
	}
	return q.pickTarget(g)
}

func (q *question) answerTitle(t *turn, text string) []command {
	if saysNo(text) {
		return []command{talk(t.or("unchanged", "Okay, I changed nothing."))}
	}
	if !readable(text) || saysYes(text) {
		return q.askAgain(q.text)
	}
	if strict.MatchString(text) || isTalkOrList(t.commands()) {
		return nil
	}
	if c := q.titled(t, named.ReplaceAllString(text, "")); c != nil {
		return []command{c}
	}
	return q.askAgain(q.text)
}

// isTalkOrList tells whether commands are what nobody would call a task.
func isTalkOrList(commands []command) bool {
	return len(commands) > 0 && !slices.ContainsFunc(commands, func(c command) bool {
		switch c.(type) {
		case talk, *listing:
			return false
		}
		return true
	})
}

func (q *question) answerChoice(t *turn, text string) []command {
	chosen := q.choose(t, strings.TrimSpace(politeEnd.ReplaceAllString(t.text, "")))
	if len(chosen) == 0 {
		chosen = q.choose(t, oneOf.ReplaceAllString(text, ""))
	}
	if len(chosen) > 0 {
		return []command{resumed(func(t *turn) { q.then(t, chosen) })}
	}
	if !saysYes(t.text) && t.commands() != nil {
		return nil
	}
	return q.askAgain("Which one do you mean? Please tell me its number.\n\n" + t.lines(q.choices))
}

// choose reads which of the choices is meant. Numbers are those of the tasks.
func (q *question) choose(t *turn, text string) []task {
	if strict.MatchString(text) {
		return nil
	}
	g := t.target(text)
	switch {
	case g.pronoun == "them", g.all != nil && g.all.isWide() && g.except == nil:
		return q.choices
	case saysYes(text) && len(q.choices) == 1:
		return q.choices
	}
	return q.pickTarget(g)
}

// pickTarget gives the choices that a target names; none when it is unclear.
func (q *question) pickTarget(g target) []task {
	switch {
	case len(g.ids) > 0:
		return keep(q.choices, func(k task) bool { return slices.Contains(g.ids, k.ID) })
	case g.ordinal != 0, g.span != 0:
		if from, to := g.bounds(len(q.choices)); from >= 0 && to <= len(q.choices) && from < to {
			return q.choices[from:to]
		}
	case len(g.parts) > 0:
		var out []task
		for _, part := range g.parts {
			found := q.pickTarget(part)
			if len(found) == 0 {
				return nil
			}
			out = union(out, found)
		}
		return out
	case g.title != "" && len(strings.Fields(g.title)) <= 8:
		if found := match(q.choices, g.title, g.exact); len(found) == 1 {
			return found
		}
		if found := matchEach(q.choices, g.title, isAny); len(found) > 0 {
			return found
		}
		// Among a few, a slip in a short word says enough.
		if found := keep(q.choices, func(k task) bool { return hasAll(words(k.Title), words(g.title), closeWord) }); len(found) == 1 && readable(strings.Join(words(g.title), "")) {
			return found
		}
	}
	return nil
}

// anyTask ends a clause that does not tell which task is meant.
const anyTask = `(?: (?:an?|the|my|one of my|some|another))?(?: (?:tasks?|to-?dos?|items?))?`

// pick asks which task a command is for.
type pick struct {
	verb   string
	prefer preference
	then   func(*turn, []task)
}

func (c pick) run(t *turn) {
	list := t.lookup(c.prefer)
	if list == nil {
		return
	}
	if len(list.Tasks) == 0 {
		t.say("Your list is empty, so there is nothing to %s.", c.verb)
		return
	}
	t.ask(which(list.Tasks, c.then), "Which task should I "+c.verb+"? Please tell me its number.\n\n"+t.lines(list.Tasks))
}

// resumed is a command that goes on where a question left off.
type resumed func(*turn)

func (r resumed) run(t *turn) { r(t) }

func merge(a, b draft) draft {
	b.priority = cmp.Or(b.priority, a.priority)
	b.description = cmp.Or(b.description, a.description)
	b.recurrence = cmp.Or(b.recurrence, a.recurrence)
	b.due = join(b.due, a.due)
	b.remind = b.remind || a.remind
	for _, tag := range a.tags {
		b.tags = appendNew(b.tags, tag)
	}
	return b
}
