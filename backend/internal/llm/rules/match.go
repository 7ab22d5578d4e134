package rules

import (
	"slices"
	"strings"
)

// stopWords say nothing about a task.
var stopWords = map[string]bool{
	"a": true, "an": true, "the": true, "my": true, "our": true, "your": true, "to": true, "of": true, "for": true,
	"about": true, "with": true, "and": true, "in": true, "on": true, "at": true, "it": true, "that": true, "this": true,
	"is": true, "task": true, "tasks": true, "todo": true, "item": true, "one": true, "i": true, "me": true, "up": true, "off": true, "some": true,
	"s": true, "t": true, "ve": true, "please": true, "these": true, "those": true, "thing": true, "things": true, "stuff": true, "ones": true,
}

// words gives the words of s that say something, in lower case.
func words(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !isWordRune(r) }) {
		if !stopWords[w] {
			out = append(out, w)
		}
	}
	return out
}

// stem makes "groceries" and "grocery", "calling" and "call" the same. It is
// rough: both sides of a comparison pass through it.
func stem(w string) string { return ending(base(w)) }

func ending(w string) string {
	for _, end := range []struct{ from, to string }{
		{"ies", "y"}, {"ing", ""}, {"ed", ""}, {"es", ""}, {"s", ""},
	} {
		if base, ok := strings.CutSuffix(w, end.from); ok && len(base) >= 3 && !strings.HasSuffix(base, "s") {
			return base + end.to
		}
	}
	if base, ok := strings.CutSuffix(w, "e"); ok && len(base) >= 3 {
		return base // "invoice" beside "invoic(es)", "move" beside "mov(ing)"
	}
	return w
}

// match finds the tasks that the words name best: those of exactly that title,
// else those whose title holds the phrase, else those with all of its words,
// a slip of the pen allowed. Quoted words have to be in the title as they are.
func match(tasks []task, phrase string, quoted bool) []task {
	phrase = strings.ToLower(strings.TrimSpace(phrase))
	query := words(phrase)
	tests := []func(k task) bool{
		func(k task) bool { return strings.ToLower(strings.TrimSpace(k.Title)) == phrase },
		func(k task) bool {
			return phrase != "" && slices.EqualFunc(words(k.Title), query, sameWord) && len(query) > 0
		},
	}
	if quoted {
		tests = append(tests, func(k task) bool { return strings.Contains(strings.ToLower(k.Title), phrase) })
	} else {
		tests = append(tests,
			func(k task) bool { return len(query) > 0 && hasAll(words(k.Title), query, sameWord) },
			func(k task) bool { return len(query) > 0 && hasAll(words(k.Title), query, similarWord) })
	}
	for _, test := range tests {
		if found := keep(tasks, test); len(found) > 0 {
			return found
		}
	}
	return nil
}

// maxParts and maxNear bound the words that are compared with every title.
const (
	maxParts = 20 // tasks that a phrase names
	maxNear  = 12 // words that are looked for in other titles
)

// matchEach finds one task for each part of "the groceries and the bill". It
// finds none unless every part names exactly one.
func matchEach(tasks []task, phrase string, prefer preference) []task {
	parts := splitWords(phrase)
	if len(parts) < 2 || len(parts) > maxParts {
		return nil
	}
	var out []task
	for _, part := range parts {
		found := preferred(match(tasks, part, false), prefer)
		if len(found) != 1 {
			return nil
		}
		if _, have := byID(out, found[0].ID); !have {
			out = append(out, found[0])
		}
	}
	return out
}

// nearest gives up to five tasks that share a word with the phrase.
func nearest(tasks []task, phrase string) []task {
	query := words(phrase)
	query = query[:min(len(query), maxNear)]
	found := keep(tasks, func(k task) bool {
		title := words(k.Title)
		return slices.ContainsFunc(query, func(w string) bool { return hasAll(title, []string{w}, similarWord) })
	})
	return found[:min(len(found), 5)]
}

func keep(tasks []task, test func(task) bool) []task {
	var out []task
	for _, k := range tasks {
		if test(k) {
			out = append(out, k)
		}
	}
	return out
}

func hasAll(title, query []string, same func(a, b string) bool) bool {
	for _, q := range query {
		if !slices.ContainsFunc(title, func(w string) bool { return same(w, q) }) {
			return false
		}
	}
	return true
}

func sameWord(a, b string) bool { return a == b || stem(a) == stem(b) }

// similarWord allows the start of a word, and one slip in a word of five
// letters or more. It allows neither where there are digits.
func similarWord(a, b string) bool {
	if sameWord(a, b) {
		return true
	}
	if strings.ContainsAny(a+b, "0123456789") {
		return false // Another number is another thing.
	}
	if len(b) >= 4 && strings.HasPrefix(a, b) || len(a) >= 4 && strings.HasPrefix(b, a) {
		return true
	}
	return len(a) >= 5 && len(b) >= 5 && oneSlip([]rune(a), []rune(b))
}

// closeWord allows one slip in a word of four letters that begins right.
func closeWord(a, b string) bool {
	return similarWord(a, b) || len(a) >= 4 && len(b) >= 4 && a[0] == b[0] && oneSlip([]rune(a), []rune(b))
}

// oneSlip tells whether a becomes b by one letter more, less or other, or by
// two neighbours in the wrong order.
func oneSlip(a, b []rune) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	swapped := len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	return swapped || len(a) <= 1 && len(b) <= 1
}
