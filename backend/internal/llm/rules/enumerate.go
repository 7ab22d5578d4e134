package rules

import (
	"regexp"
	"slices"
	"strings"
)

var (
	enumJoin = regexp.MustCompile(`(?i)\s*[,;]\s*(?:(?:and|&|plus)\s+)?(?:also\s+)?|\s+(?:and|&|plus)\s+(?:also\s+)?`)
	// backward is a word that needs the part before it.
	backward = regexp.MustCompile(`(?i)\b(?:it|its|them|their|there|him|her|his|one|both|again|so|then)\b`)
	// relation ties words to those before: "dinner with Ann, Bob and Cy".
	relation = regexp.MustCompile(`(?i)\b(?:with|for|to|from|about|of|at|in|on|by|between|and|or|because|since|if|when|that|which|who|the)\b`)
	toLead   = regexp.MustCompile(`(?i)^to `)
)

const maxNounWords = 3 // of an item in a list of things

// enumerated parts a list in one sentence into its tasks: "eggs, milk and
// bread", "bake a cake and call Ann". It gives nil where the words are one
// task: "bread and butter", "wash and fold the towels".
func (p *parser) enumerated(s string) []string {
	if len(s) > maxWords || describedBy.MatchString(s) || dashed.MatchString(s) || bulleted.MatchString(s) {
		return nil
	}
	clean := strings.Trim(onTheList.ReplaceAllString(s, "$1"), " .!:")
	parts := enumJoin.Split(clean, -1)
	if len(parts) < 2 || len(parts) > maxAdded {
		return nil
	}
	for i := range parts {
		parts[i] = toLead.ReplaceAllString(strings.TrimSpace(parts[i]), "")
		if !readable(parts[i]) || i > 0 && backward.MatchString(parts[i]) {
			return nil
		}
	}
	commas := strings.ContainsAny(clean, ",;")
	if areDeeds(parts, commas) || areThings(parts, commas) && p.areUndated(parts) {
		return parts
	}
	return nil
}

// areDeeds tells whether each part begins with a verb and can stand alone.
func areDeeds(parts []string, commas bool) bool {
	for i, part := range parts {
		first, rest, _ := strings.Cut(part, " ")
		switch {
		case !isVerb(first):
			return false
		case rest == "" && (i == 0 || !commas || len(parts) < 3):
			return false
		case i == 0 && !commas && slices.Contains(english().Motion, strings.ToLower(first)):
			return false // "go to the shop and buy milk" is one thing.
		}
	}
	return true
}

// areThings tells whether the parts are a shopping list: short, and none tied
// to another.
func areThings(parts []string, commas bool) bool {
	if !commas || len(parts) < 2 {
		return false
	}
	for _, part := range parts {
		fields := strings.Fields(part)
		if len(fields) > maxNounWords || relation.MatchString(part) || len(fields) > 1 && isVerb(fields[0]) {
			return false
		}
		if priorityOf(part) != "" || priorityEnd.MatchString(", "+part) || lowEnd.MatchString(", "+part) {
			return false
		}
	}
	return true
}

// areUndated tells whether no part is a date of the whole: "milk, tomorrow".
func (p *parser) areUndated(parts []string) bool {
	defer func(before string) { p.noDate = before }(p.noDate)
	return !slices.ContainsFunc(parts, func(part string) bool {
		_, rest, ok := p.takeMoment(" " + part)
		_, rest2, repeats := takeRecurrence(" " + part)
		return ok && !readable(rest) || repeats && !readable(rest2)
	})
}
