package rules

import (
	"strings"
)

// foreign gives the command of a text in another language than English, or
// nil.
func (p *parser) foreign(text string) command {
	if len(text) > maxWords {
		return nil
	}
	for _, l := range languages() {
		if !l.speaks(text) {
			continue
		}
		for _, rule := range l.rules {
			m := rule.pattern.FindStringSubmatch(text)
			if m == nil {
				continue
			}
			words := map[string]string{}
			for i, name := range rule.pattern.SubexpNames() {
				if name != "" && m[i] != "" {
					words[name] = strings.TrimSpace(m[i])
				}
			}
			if c := l.command(p, rule.intent, words, text); c != nil {
				p.lang = l
				return c
			}
		}
	}
	return nil
}

func (l *language) command(p *parser, intent string, words map[string]string, text string) command {
	switch intent {
	case "hello", "thanks", "help":
		return talk(l.Replies[intent])
	case "list", "list_all":
		return &listing{}
	case "list_pending", "count":
		return &listing{filter{status: statusPending}}
	case "list_completed":
		return &listing{filter{status: statusCompleted}}
	case "list_overdue":
		return &listing{filter{status: statusOverdue}}
	case "add":
		return l.add(p, words)
	case "complete", "reopen":
		return l.mark(p, intent == "reopen", words, text)
	case "delete":
		return &remove{l.target(p, words["task"])}
	case "rename":
		title := p.title(words["title"])
		return &update{who: l.target(p, words["task"]), fields: fields{title: title}, noTitle: title == ""}
	}
	return nil
}

func (l *language) add(p *parser, words map[string]string) command {
	var when moment
	if words["when"] != "" {
		var rest string
		if when, rest = l.takeDate(p, &draft{}, words["when"]); when.isZero() || readable(rest) {
			return nil
		}
	}
	d := draft{}
	s := takeTags(&d, words["title"])
	due, rest := l.takeDate(p, &d, s)
	d.due = join(due, when)
	for _, clean := range l.titles {
		rest = clean.pattern.ReplaceAllString(rest, clean.by)
	}
	d.title = p.title(rest)
	return &add{drafts: []draft{d}}
}

// maxDateWords is how many words at an end of a title are read for a date.
const maxDateWords = 6

// takeDate takes a date from the end or the beginning of a title, and how often
// the task comes back.
func (l *language) takeDate(p *parser, d *draft, s string) (moment, string) {
	fields := strings.Fields(s)
	for n := min(len(fields), maxDateWords); n > 0; n-- {
		at := len(fields) - n
		if m, ok := l.date(p, d, strings.Join(fields[at:], " ")); ok {
			return m, strings.Join(fields[:at], " ")
		}
		if m, ok := l.date(p, d, strings.Join(fields[:n], " ")); ok {
			return m, strings.Join(fields[n:], " ")
		}
	}
	return moment{}, s
}

// date reads words that are nothing but a date.
func (l *language) date(p *parser, d *draft, s string) (moment, bool) {
	said := strings.ToLower(latinDigits(s))
	english := said
	for _, word := range l.dates {
		for range 2 { // Neighbours share the space between them.
			english = word.pattern.ReplaceAllString(english, word.by)
		}
	}
	if english == said {
		return moment{}, false
	}
	before := p.noDate
	english = " " + strings.Join(strings.Fields(english), " ")
	if rule, rest, ok := takeRecurrence(english); ok {
		if m, rest2, _ := p.takeMoment(rest); !readable(rest2) {
			d.recurrence = rule
			return m, true
		}
	}
	m, rest, ok := p.takeMoment(english)
	if !ok || readable(rest) {
		p.noDate = before
		return moment{}, false
	}
	return m, true
}

func (l *language) mark(p *parser, reopen bool, words map[string]string, text string) command {
	g := l.target(p, words["task"])
	c := &mark{target: g, reopen: reopen, text: text}
	if done := words["done"]; done != "" {
		c.tentative, c.verb = true, l.infinitive(done)
	}
	return c
}

// infinitive gives the stem of a participle: "putz" of "geputzt".
func (l *language) infinitive(word string) string {
	word = strings.ToLower(word)
	if l.Participle.Drop != "" {
		word = strings.Replace(word, l.Participle.Drop, "", 1)
	}
	for _, ending := range l.Participle.Endings {
		if stem, ok := strings.CutSuffix(word, ending); ok && len(stem) > 2 {
			return stem
		}
	}
	return word
}

// target reads how a clause of the language names tasks.
func (l *language) target(p *parser, s string) target {
	s = strings.Trim(latinDigits(s), " \n,.!?:;؟۔")
	for _, reference := range l.references {
		if reference.pattern.MatchString(s) {
			return p.target(reference.by)
		}
	}
	if l.number.MatchString(s) {
		return numberedTarget(digitsOnly(s))
	}
	var kept []string
	for _, word := range strings.Fields(s) {
		if !l.isFiller(word) {
			kept = append(kept, word)
		}
	}
	words := strings.Join(kept, " ")
	if words == "" {
		words = s
	}
	if q, ok := p.quoted(words); ok {
		return target{title: q, exact: true}
	}
	return target{title: p.plain(words)}
}

func (l *language) isFiller(word string) bool {
	for _, filler := range l.Fillers {
		if strings.EqualFold(filler, word) {
			return true
		}
	}
	return false
}

func digitsOnly(s string) string { return strings.Join(digits.FindAllString(s, -1), ", ") }

// latinDigits gives s with the digits of Arabic and Urdu as 0 to 9.
func latinDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		}
		return r
	}, s)
}
