package todo

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkText notes what is wrong with a text of a request: its length in
// characters, and control characters, which no person types on purpose and
// which could forge what a terminal or a log shows.
func checkText(v *Invalid, field, text string, shortest, longest int) {
	switch n := utf8.RuneCountInString(text); {
	case n < shortest && shortest == 1:
		v.Add(field, "must not be empty")
	case n < shortest:
		v.Add(field, "must have at least %d characters", shortest)
	case n > longest:
		v.Add(field, "must have at most %d characters, not %d", longest, n)
	case !utf8.ValidString(text):
		v.Add(field, "must be UTF-8")
	case strings.ContainsFunc(text, forbidden):
		v.Add(field, "must not contain control characters")
	}
}

func forbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
}

// oneLine is text with its spaces trimmed and every run of white space, line
// breaks included, made one space.
func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}
