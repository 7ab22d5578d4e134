package rules

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// draft is a task to be added, as far as the user has described it.
type draft struct {
	title, description string
	priority           string // low, medium, high, or empty
	tags               []string
	due                moment
	recurrence         string // RFC 5545 rule, or empty
	remind             bool   // it was asked for with "remind me"
}

const priorityWords = `(?:(?:very|really|super) )?(?:high(?:est)?|top|urgent|critical|important|medium|normal|low(?:est)?)`

// priorityOf gives the API's word for the user's.
func priorityOf(word string) string {
	fields := strings.Fields(strings.ToLower(word))
	if len(fields) == 0 {
		return ""
	}
	switch fields[len(fields)-1] {
	case "high", "highest", "top", "urgent", "urgently", "critical", "important", "asap":
		return "high"
	case "low", "lowest":
		return "low"
	case "medium", "normal":
		return "medium"
	}
	return ""
}

var (
	describedBy = regexp.MustCompile(`(?is)(?:^|[\s,]+)(?:(?:and )?with (?:a |the )?|and (?:a |the )?)?(?:descriptions?|details?|notes?)(?: (?:of|saying|that says|is))?\s*[: ]\s*(.+)$`)
	dashed      = regexp.MustCompile(`(?s)^(.+?) -+ (.+)$`)

	hashTag  = regexp.MustCompile(`(?:^|[\s(])#([\pL\d_-]*\pL[\pL\d_-]*)`)
	tagWords = regexp.MustCompile(`(?i)[\s,]+(?:(?:and )?(?:tag(?:ged)?(?: it)?|labell?ed)(?: (?:as|with))?|(?:and )?with (?:the )?(?:tags?|labels?)):? +([\pL\d_-]+(?:(?:\s*,\s*(?:and )?|\s+and\s+)[\pL\d_-]+)*)\s*$`)

	quotedTag = regexp.MustCompile(`(?i)(?:tag(?:ged)?|labell?ed|tags|labels?)(?: (?:as|with))?:? \p{Co}`)

	priorityPhrase = regexp.MustCompile(`(?i)(?:^|[\s,(-]+)(?:(?:with|at|as|in|of|and|it's|it is|is) )*(?:an? )?(?:(` + priorityWords + `)[ -]priority|priority(?: is|:)? (high|medium|normal|low))\)?`)
	priorityStart  = regexp.MustCompile(`(?i)^\s*(?:(?:very|super|really) )?(?:(urgent(?:ly)?|important|critical|asap|high|low|top)(?: prio)?(?::| -+ |, )|(asap) )`)
	lowEnd         = regexp.MustCompile(`(?i)[\s,(-]+(?:(?:there is |there's |it's |it is )?(?:no rush|no hurry|not urgent|not important|nothing urgent|(?:it )?can wait|whenever|low prio))\)?[\s.!]*$`)
	priorityEnd    = regexp.MustCompile(`(?i)(?:[,(-]+\s*|\s+-\s+|[.!]\s+)(?:it'?s |it is |this is |that's |very |super |really |high |top )*(urgent|important|critical|asap|high|low)\)?[.!]*$|\s(?:(?:it'?s|it is|this is) (?:very )?(urgent|important)|(asap|urgently))[.!]*$`)

	priorityMark = regexp.MustCompile(`(?i)(?:^|\s)!(` + priorityWords + `|asap)(?: priority)?(?:[\s,.]+|$)`)

	onTheList = regexp.MustCompile(`(?i)[\s,]+(?:to|on|onto|in|into) (?:my|the|our|your) (?:(?:to-?do|to do|task|shopping|grocery) ?)?(?:list|tasks|to-?dos)(\b|$)`)
)

// details reads the words of a task. Quotations are opaque here, so that a
// quoted title keeps its dates and tags.
func (p *parser) details(s string) draft {
	var d draft
	s = quotedTag.ReplaceAllStringFunc(s, func(words string) string {
		_, size := utf8.DecodeLastRuneInString(words)
		tag, _ := p.quoted(words[len(words)-size:])
		return words[:len(words)-size] + strings.ReplaceAll(tag, " ", "-")
	})
	s = onTheList.ReplaceAllString(s, "$1")
	if m := describedBy.FindStringSubmatchIndex(s); m != nil {
		text, rest := p.leadingQuote(s[m[2]:m[3]])
		d.description = p.value(text)
		s = s[:m[0]] + rest
	} else if m := dashed.FindStringSubmatch(s); m != nil {
		s = m[1]
		p.describe(&d, m[2])
	}
	d.title = p.title(p.take(&d, s))
	if nameless.MatchString(d.title) {
		d.title = ""
	}
	return d
}

// nameless is what people say for a task that they do not name yet.
var nameless = regexp.MustCompile(`(?i)^(?:something(?: new)?|some tasks?|things?|stuff|another(?: one)?|a new one|one|a task|a to-?do|an item|one more(?: (?:task|thing))?|this|that|it|some(?:thing)? stuff)$`)

// leadingQuote parts a quotation from what follows it. Without one, all is
// text.
func (p *parser) leadingQuote(s string) (text, rest string) {
	s = strings.TrimSpace(s)
	_, size := utf8.DecodeRuneInString(s)
	if _, ok := p.quoted(s[:size]); ok {
		return s[:size], s[size:]
	}
	return s, ""
}

// describe reads what follows a dash: a description, unless it is nothing but
// a date, a priority or tags.
func (p *parser) describe(d *draft, s string) {
	rest := p.take(d, " "+s)
	if !readable(rest) {
		return
	}
	if priority := priorityOf(trimPunctuation(rest)); priority != "" {
		d.priority = priority
		return
	}
	d.description = p.value(rest)
}

// maxWords is how long the words of a task can be that are read for a date and
// the like, in bytes. Longer ones are no title that the list takes, and to read
// them is slow.
const maxWords = 1000

// take moves the tags, priority, repetition and due date of s into d and
// returns what is left of s.
func (p *parser) take(d *draft, s string) string {
	if len(s) > maxWords {
		return s
	}
	s = takeTags(d, s)
	s = takePriority(d, s)
	if rule, rest, ok := takeRecurrence(s); ok {
		d.recurrence, s = rule, rest
	}
	if m, rest, ok := p.takeMoment(s); ok {
		d.due, s = m, rest
	}
	// What stood behind the date or before the tags is at an end only now.
	s = takeTags(d, s)
	return takePriority(d, s)
}

func takeTags(d *draft, s string) string {
	for _, m := range hashTag.FindAllStringSubmatch(s, -1) {
		d.tags = appendNew(d.tags, m[1])
	}
	s = hashTag.ReplaceAllString(s, " ")
	if m := tagWords.FindStringSubmatchIndex(s); m != nil {
		for _, tag := range splitWords(s[m[2]:m[3]]) {
			d.tags = appendNew(d.tags, tag)
		}
		s = s[:m[0]]
	}
	return strings.TrimRight(s, " ")
}

func takePriority(d *draft, s string) string {
	if at := lowEnd.FindStringIndex(s); at != nil && d.priority == "" {
		d.priority = "low"
		s = s[:at[0]]
	}
	for _, pattern := range []*regexp.Regexp{priorityMark, priorityPhrase, priorityStart, priorityEnd} {
		at := pattern.FindStringSubmatchIndex(s)
		if at == nil || d.priority != "" {
			continue
		}
		for i := 2; i < len(at); i += 2 {
			if at[i] >= 0 {
				d.priority = priorityOf(s[at[i]:at[i+1]])
			}
		}
		s = cut(s, at[0], at[1])
	}
	return s
}

var (
	listJoin  = regexp.MustCompile(`(?i)\s*,\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+`)
	titleLead = regexp.MustCompile(`(?i)^[\s,.;:-]*(?:to )?`)
	loneComma = regexp.MustCompile(`\s+([,?!.;])`)
	spaceRun  = regexp.MustCompile(`\s+`)
)

func splitWords(s string) []string {
	var out []string
	for _, w := range listJoin.Split(s, -1) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// title gives the words of a task as its title: a quotation as it is, others
// with a capital.
func (p *parser) title(s string) string {
	s = strings.TrimSpace(s)
	if q, ok := p.quoted(s); ok {
		return q
	}
	s = loneComma.ReplaceAllString(spaceRun.ReplaceAllString(s, " "), "$1")
	s = trimPunctuation(s[len(titleLead.FindString(s)):])
	if !readable(s) {
		return strings.Trim(s, "!?()'\"` ")
	}
	return capitalised(p.plain(s))
}

func cut(s string, from, to int) string { return strings.TrimSpace(s[:from] + " " + s[to:]) }

func appendNew(tags []string, tag string) []string {
	tag = strings.ToLower(tag)
	for _, have := range tags {
		if have == tag {
			return tags
		}
	}
	return append(tags, tag)
}
