package rules

import (
	"fmt"
	"strconv"
	"strings"
)

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
	case g.vague:
		t.say("Which tasks do you mean? Please tell me their numbers, or say “all tasks”.")
		return nil
	case g.tooBig != "":
		t.say("There is no task %s.", g.tooBig)
		return nil
	case len(g.ids) > 0:
		return t.withIDs(g.ids)
	case g.pronoun != "":
		return t.findPronoun(g.pronoun)
	case g.ordinal != 0, g.span != 0:
		return t.findOrdinal(g, prefer)
	case len(g.parts) > 0:
		return t.findParts(g.parts, prefer)
	case g.all != nil:
		return t.findAll(g, prefer, then)
	}
	list := t.candidates(g, prefer)
	if list == nil {
		return nil
	}
	return t.findTitle(list, g, prefer, then)
}

func (t *turn) whichOne(tasks []task) string {
	return fmt.Sprintf(t.or("which", "Which one do you mean?\n\n%s"), t.lines(tasks))
}

// withIDs gives the tasks of these numbers. It says which are not there, and
// what numbers there are.
func (t *turn) withIDs(numbers []int64) []task {
	list := t.everything()
	if list == nil {
		return nil
	}
	var out []task
	var missing []string
	for _, id := range numbers {
		k, ok := byID(list.Tasks, id)
		switch {
		case ok:
			out = append(out, k)
		case list.isCut():
			out = append(out, task{ID: id}) // It may be one of those not read.
		default:
			missing = append(missing, strconv.FormatInt(id, 10))
		}
	}
	if len(missing) > 0 {
		t.missed = true
		if text, ok := t.local("missing"); ok {
			t.say(text, strings.Join(missing, ", "))
		} else {
			t.say("There is no task %s. %s", strings.Join(missing, ", "), numbersOf(list.Tasks))
		}
	}
	return out
}

// numbersOf tells what there is instead of a number that is not there.
func numbersOf(tasks []task) string {
	switch pending := keep(tasks, isPending.fits); {
	case len(tasks) == 0:
		return "Your list is empty."
	case len(pending) == 0:
		return "You have no pending tasks."
	case len(pending) > maxNumbers:
		return fmt.Sprintf("You have %s; say “what's pending?” to see them.", plural(len(pending), "pending task"))
	default:
		var out []string
		for _, k := range pending {
			out = append(out, strconv.FormatInt(k.ID, 10))
		}
		if len(out) == 1 {
			return "Your pending task is " + out[0] + "."
		}
		return "Your pending tasks are " + strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1] + "."
	}
}

const maxNumbers = 12 // numbers that a reply names

// findParts finds the tasks of all parts, or none where one part is unclear.
func (t *turn) findParts(parts []target, prefer preference) []task {
	var out []task
	for _, g := range parts {
		found := t.find(g, prefer, nil)
		if t.waiting || len(found) == 0 {
			return nil
		}
		out = union(out, found)
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
		return t.withIDs(t.them())
	case pronoun == "added" && t.added != 0:
		id = t.added
	}
	if id == 0 {
		t.say("Which task do you mean? Please tell me its number or some words of its title.")
		return nil
	}
	return t.withIDs([]int64{id})
}

// findOrdinal counts in the list that the user saw last, or in the list as it
// is.
func (t *turn) findOrdinal(g target, prefer preference) []task {
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
	from, to := g.bounds(len(numbers))
	if from < 0 || to > len(numbers) || from >= to {
		t.say("There are not that many tasks. Please tell me the number of the task.")
		return nil
	}
	return t.withIDs(numbers[from:to])
}

// bounds gives the part of a list of n that "the first", "the last" or "the
// last two" is. It is out of the list when there are not that many.
func (g target) bounds(n int) (from, to int) {
	switch {
	case g.span > 0:
		return 0, g.span
	case g.span < 0:
		return n + g.span, n
	case g.ordinal < 0:
		return n + g.ordinal, n + g.ordinal + 1
	}
	return g.ordinal - 1, g.ordinal
}

func (t *turn) findAll(g target, prefer preference, then func(*turn, []task)) []task {
	f := *g.all
	if f.status != "" {
		prefer = isAny
	}
	list := t.lookup(f.lookedUp(prefer))
	if list == nil {
		return nil
	}
	out := keep(list.Tasks, func(k task) bool { return f.passes(k, t.now) && prefer.fits(k) })
	if g.except != nil {
		spared := t.findExcepted(*g.except, out, list)
		if spared == nil {
			return nil
		}
		out = keep(out, func(k task) bool { _, is := byID(spared, k.ID); return !is })
	}
	switch {
	case len(out) == 0:
		t.say("You have no %s%s.", f.describe(0), list.among())
	case g.single && len(out) > 1:
		t.ask(which(out, then), t.whichOne(out))
		return nil
	case list.isCut():
		t.say("Your list is long: I looked at the first %d tasks only.", len(list.Tasks))
	}
	return out
}

// findExcepted finds the tasks to be spared. It finds none, and says so, when
// it is not sure: then nothing may be done to the others either.
func (t *turn) findExcepted(g target, among []task, list *taskList) []task {
	q := question{choices: among}
	if spared := q.pickOut(t, g); len(spared) > 0 && !list.isCut() {
		return spared
	}
	t.ask(nil, "I am not sure which task to leave out. Which numbers do you mean?")
	return nil
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
	if g.every && len(found) > 0 {
		return found
	}
	switch len(found) {
	case 1:
		return found
	case 0:
		t.sayNone(list, g.title, then)
	default:
		t.ask(which(found, then), t.whichOne(found))
	}
	return nil
}

// sayNone says that no task fits, and offers those that nearly do.
func (t *turn) sayNone(list *taskList, words string, then func(*turn, []task)) {
	if text, ok := t.local("not found"); ok {
		t.say(text, escape(shorten(words)))
		return
	}
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
