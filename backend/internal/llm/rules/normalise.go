package rules

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is how much of a message is read, in bytes. A longer one is no
// command to a todo list, and is answered with a request to be brief.
const maxText = 4000

// firstQuote is the rune that stands for the first quotation of a text, the
// next one for the second, and so on. They are of the private use area, which
// numberDot is a dot that ends no sentence.
var numberDot = regexp.MustCompile(`(?i)\b(no|nr|num)\. ?(\d)`)

// clean drops, so that nobody can type one.
const (
	firstQuote = '\uE000'
	maxQuotes  = 1000
)

// utterance is a text of which each quotation is one opaque rune. So no rule
// looks inside quotation marks.
type utterance struct {
	text   string
	quotes []string // without their marks
	marks  []rune
}

func normalise(raw string) utterance {
	var u utterance
	u.mask(clean(raw))
	u.text = numberDot.ReplaceAllString(squeeze(u.text), "$1 $2")
	return u
}

// clean drops what cannot be seen and gives quotation marks, dashes and spaces
// one form each. Line ends stay: they separate the items of a list.
func clean(raw string) string {
	var b strings.Builder
	for _, r := range raw {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case r == utf8.RuneError:
		case r == '\u2018' || r == '\u2019':
			b.WriteRune('\'')
		case r == '\u201C' || r == '\u201D' || r == '«' || r == '»':
			b.WriteRune('"')
		case r == '—':
			b.WriteString(" - ")
		case r == '№':
			b.WriteRune('#')
		case r == '–':
			b.WriteRune('-')
		case unicode.IsSpace(r) || unicode.IsControl(r):
			b.WriteRune(' ')
		case r != '\u200D' && unicode.In(r, unicode.Cf, unicode.Co):
			// Format characters can hide or turn text around. The joiner
			// U+200D is kept, since emoji are made of it.
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// mask sets quotations aside. An apostrophe is none: a quotation begins at the
// start of a word and ends at the end of one, in the same line.
func (u *utterance) mask(s string) {
	var b strings.Builder
	var open strings.Builder // marks that nothing closes in this line: none is looked for twice
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '\n' {
			open.Reset()
		}
		end := 0
		if isOpening(s, i, r) && !strings.ContainsRune(open.String(), r) && len(u.quotes) < maxQuotes {
			if end = closing(s, i, r); end == 0 {
				open.WriteRune(r)
			}
		}
		if end > 0 {
			b.WriteRune(firstQuote + rune(len(u.quotes))) //nolint:gosec // at most maxQuotes
			u.quotes = append(u.quotes, strings.TrimSpace(s[i+size:end]))
			u.marks = append(u.marks, r)
			i = end + size
			continue
		}
		b.WriteRune(r)
		i += size
	}
	u.text = b.String()
}

// isOpening tells whether the rune at i can begin a quotation.
func isOpening(s string, i int, mark rune) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	return strings.ContainsRune("'\"`", mark) && (i == 0 || !isWordRune(before))
}

// closing gives the index of the mark that closes the one at i, or 0.
func closing(s string, i int, mark rune) int {
	for j := i + 1; j < len(s) && s[j] != '\n'; j++ {
		if rune(s[j]) != mark || strings.TrimSpace(s[i+1:j]) == "" {
			continue
		}
		if after, _ := utf8.DecodeRuneInString(s[j+1:]); j+1 == len(s) || !isWordRune(after) {
			return j
		}
	}
	return 0
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

var (
	spaces     = regexp.MustCompile(`[ \t]+`)
	commas     = regexp.MustCompile(`,(?: ?,)+`)
	lineSpaces = regexp.MustCompile(` *\n[ \n]*`)
)

func squeeze(s string) string {
	s = commas.ReplaceAllString(spaces.ReplaceAllString(s, " "), ",")
	return strings.Trim(lineSpaces.ReplaceAllString(s, "\n"), " \n")
}

// quoted returns the quotation that s consists of.
func (u utterance) quoted(s string) (string, bool) {
	s = strings.Trim(s, " .,!?:;")
	r, size := utf8.DecodeRuneInString(s)
	if i := int(r - firstQuote); size == len(s) && i >= 0 && i < len(u.quotes) {
		return u.quotes[i], true
	}
	return "", false
}

// plain gives s with its quotations put back, in marks.
func (u utterance) plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		if i := int(r - firstQuote); i >= 0 && i < len(u.quotes) {
			b.WriteString(string(u.marks[i]) + u.quotes[i] + string(u.marks[i]))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// value gives what s names: the quotation that it consists of, as it is, or s
// without the punctuation around it.
func (u utterance) value(s string) string {
	if q, ok := u.quoted(s); ok {
		return q
	}
	return u.plain(trimPunctuation(s))
}

func trimPunctuation(s string) string {
	s = strings.TrimLeft(s, " \n,.;:-")
	return strings.TrimRight(s, " \n,.;:-")
}

// capitalised gives s with a capital first letter, unless it begins with an
// address.
func capitalised(s string) string {
	if first, _, _ := strings.Cut(s, " "); strings.Contains(first, "://") {
		return s
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// readable tells whether s holds anything to read: a letter, a digit or a
// quotation.
func readable(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return isWordRune(r) || unicode.In(r, unicode.Co)
	})
}
