package rules

import (
	"cmp"
	"regexp"
	"strings"
)

const (
	fieldNames = `(?:title|name|text|description|details?|notes?|priority|due date|due|deadline|date|time|tags?)`
	dueWords   = `(?:due|for|by|on|at|to) .+?|tomorrow.*?|today.*?|next .+?`
	moveVerbs  = `(?:move|reschedule|postpone|push|push back|push off|delay|shift|defer|bring forward|bring|put off|snooze)`
)

var renameHead = regexp.MustCompile(`(?is)^(?:rename|retitle|change|update|edit|replace|set)\b.*\s(?:to|as|into|with)\s`)

var renameTo = regexp.MustCompile(`(?i) (?:to|as|into|=)$`)

var changeRules = []rule{
	on(`((?:the )?(?:task|to-?do|item|number|#) ?#?\d+)(?:'s)?:?(?: (?:has|to|with|should have|is|gets))? (?:an? )?(?:priority:? (`+priorityWords+`)|(`+priorityWords+`)[ -]priority)`, func(p *parser, m []string) command {
		return prioritise(p, []string{m[0], m[1], m[2] + m[3]})
	}),
	on(`((?:the )?(?:task|to-?do|item|#) ?#?\d+):? ((?:due|by|for) .+)`, moves),
	on(`i (?:want|need|would like) ((?:the )?(?:task|to-?do|item|number|#) ?#?\d+) ((?:due|by|for|on|done by) .+)`, moves),
	on(`(?:make|set|have|let) (.+?) (?:to |be )?(?:repeating|recurring|repeat|recur|come back|happen)(?: itself)? ?(.+)`, repeats),
	on(`(?:repeat|recur) (.+?) ((?:every|each|daily|weekly|monthly|yearly|annually|on)\b.*)`, repeats),
	on(`(?:make) (.+?) (?:an? )?(daily|weekly|monthly|yearly)(?: (?:task|thing|one|repeating|recurring))?`, repeats),
	on(`(.+?) (?:should|must|has to|needs to|is to) (?:repeat|recur|happen|come back) (.+)`, repeats),
	on(`(?:stop|don't) repeat(?:ing)? (.+)|make (.+?) (?:not repeat|stop repeating|a one[- ]?off)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[1] + m[2]), fields: fields{clear: "recurrence"}}
	}),
	on(`(?:add|append|attach|put|write) (?:a |the )?(?:description|notes?|details?|comment) (?:to|on|for) (.+?)(?:: *| saying(?: that)? | that says | - )(.+)`, describes),
	on(`(?:describe) (.+?) (?:as|with) (.+)`, describes),
	on(moveVerbs+` (.+?) (?:back |forward |out |on |up )?(?:by |for |another |an extra )*(`+numbers+` `+units+`)(?: (later|earlier|forward|back|more))?`, shifts),
	on(moveVerbs+` (?:back |off |out |forward )?(.+?) (?:by |for |another )*(`+numbers+` `+units+`)(?: (later|earlier|more))?`, shifts),
	on(`give (?:me |myself )?(?:another|an extra|an additional)? ?(`+numbers+`|another|an extra)? ?(`+units+`) (?:more )?(?:for|on) (.+)`, func(p *parser, m []string) command {
		return shifts(p, []string{m[0], m[3], cmp.Or(m[1], "one") + " " + m[2], ""})
	}),
	on(`(?:remove|clear|delete|drop|unset|take|cancel) (?:away |off )?(?:the |its |any |all )?(due date|due|deadline|date|tags|labels|description|notes?|priority|recurrence|repetition|repeat) (?:from|of|for|on|off|off of) (.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[2]), fields: fields{clear: fieldOf(m[1])}}
	}),
	on(`(?:there (?:is|should be) )?no (due date|deadline|tags|description|priority)(?: (?:any ?more|needed))? (?:for|on|of) (.+)|(.+?) (?:has|have|should have|needs|doesn't need|does not need|doesn't have|no longer has)(?: (?:no|an?|any))? (due date|deadline)(?: any ?more)?`, func(p *parser, m []string) command {
		if questions.MatchString(m[0]) || m[3] != "" && !strings.Contains(strings.ToLower(m[0]), "no") && !strings.Contains(m[0], "n't") {
			return nil
		}
		return &update{who: p.target(m[2] + m[3]), fields: fields{clear: fieldOf(m[1] + m[4])}, text: m[0], soft: m[3] != ""}
	}),
	on(`(?:remove|clear|delete|drop) (.+?)'s (due date|deadline|tags|description|priority)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[1]), fields: fields{clear: fieldOf(m[2])}}
	}),
	on(`(?:remove|drop|delete) (?:the )?(?:tags? |label )#?([\pL\d_-]+)(?: tag)? from (.+)|(?:remove|drop|delete) (?:the )?(?:#([\pL\d_-]+)(?: tag)?|([\pL\d_-]+) (?:tag|label)) from (.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[2] + m[5]), fields: fields{dropTags: []string{strings.ToLower(m[1] + m[3] + m[4])}}}
	}),
	on(`(?:change|update|edit|set|make|correct) (?:the |its )(`+fieldNames+`) (?:to|as|into|:|=)+ ?(.+)`, func(p *parser, m []string) command {
		return following(field(p, "it", m[1], m[2]), m[0])
	}),
	on(`(?:add|write|put) (?:a |the )?(?:note|description|comment|detail)(?::| -| saying| that says) ?(.+)`, func(p *parser, m []string) command {
		return following(describes(p, []string{m[0], "it", m[1]}), m[0])
	}),
	on(`(?:an? )?(?:notes?|comment|description) (?:on|for|to) ((?:the )?(?:task|to-?do|item|number|#) ?#?\d+|it|that): ?(.+)`, describes),
	on(`add (?:the )?#?([\pL\d_-]+) (?:tag|label) (?:to|on) (.+)`, func(p *parser, m []string) command { return tags(p, m[2], m[1]) }),
	on(`(?:the )?(?:deadline|due date) (?:for|of) (.+?) (?:is|should be|will be)(?: now)? (.+)`, func(p *parser, m []string) command {
		if questions.MatchString(m[0]) {
			return nil
		}
		return field(p, m[1], "due", m[2])
	}),
	on(`i (?:want|need|would like) (?:to have )?(.+?) (?:done|finished|completed|ready) ((?:by|on|before|until|for|at)\b.+|today|tomorrow.*)`, func(p *parser, m []string) command { return softly(moves(p, m), m[0]) }),
	on(`(?:untag|unlabel) (.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[1]), fields: fields{clear: "tags"}}
	}),
	on(`(?:tag|label) (.+?) ((?:#[\pL\d_-]+[ ,]*)+)`, func(p *parser, m []string) command { return tags(p, m[1], m[2]) }),
	on(`(?:add|set|put) (?:an? |the )?(?:due date|deadline|due) (?:of|for|to|on) (.+?) (?:to|on|for) ((?:the )?(?:task|to-?do|item|#|number) ?#?\d+|.+)`, func(p *parser, m []string) command {
		if c := field(p, m[2], "due", m[1]); c != nil {
			return c
		}
		return nil
	}),
	on(`(?:add|set|put) (?:an? |the )?(?:due date|deadline) (?:for|on|to) (.+?)(?::| to| of| as| on) (.+)`, func(p *parser, m []string) command { return field(p, m[1], "due", m[2]) }),
	on(`(?:do|handle|finish|start) ((?:the )?(?:task|to-?do|item|number|#) ?#?\d+|it|that) (.+?)(?: instead)?`, moves),
	on(`(?:update|edit|change|modify) ((?:the )?(?:task|to-?do|item|number|#) ?#?\d+):? ?(?:- |: )(.+)`, changes),
	on(`(?:update|edit|change|modify|make) (.+?) (?:to )?(?:say|read)s?:? (.+)`, func(p *parser, m []string) command { return retitle(p, m[1], m[2]) }),
	on(`((?:the )?(?:task|to-?do|item|number|#) ?#?\d+|.+) should (?:be called|be named|be titled|say|read) (.+)`, func(p *parser, m []string) command { return retitle(p, m[1], m[2]) }),
	on(`(?:tag|label|mark) (it|that|this|them|(?:the )?task #?\d+|#\d+) (?:with |as )?(?:the )?(?:(?:tag|label) )?#?([\pL\d_-]+)`, func(p *parser, m []string) command {
		if !strings.HasPrefix(strings.ToLower(m[0]), "tag") && !strings.HasPrefix(strings.ToLower(m[0]), "label") {
			return nil
		}
		return tags(p, m[1], m[2])
	}),
	on(`(?:attach|put|set|give|apply|assign) (?:the |a )?(?:tags?|labels?) (.+?) (?:to|on|onto) (.+)`, func(p *parser, m []string) command { return tags(p, m[2], m[1]) }),
	on(`(?:give) (.+?) (?:the |a )?(?:tags?|labels?) (.+)`, func(p *parser, m []string) command { return tags(p, m[1], m[2]) }),
	on(`(?:tag|label) (.+?) (?:with|as) (?:the )?(?:(?:tags?|labels?) )?(.+)`, func(p *parser, m []string) command {
		return tags(p, m[1], m[2])
	}),
	on(`add (?:the )?(?:tags?|labels?) (.+?) to (.+)`, func(p *parser, m []string) command { return tags(p, m[2], m[1]) }),
	on(`add ((?:#[\pL\d_-]+(?:,? (?:and )?)?)+) to (.+)`, func(p *parser, m []string) command { return tags(p, m[2], m[1]) }),
	on(`add (?:a |the )?(?:description|note|details?) to (.+?)(?:: *| saying | that says )(.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[1]), fields: fields{description: p.value(m[2])}}
	}),
	on(`add (?:a |the )?(?:description|note|details?) (\p{Co}) to (.+)`, func(p *parser, m []string) command {
		return &update{who: p.target(m[2]), fields: fields{description: p.value(m[1])}}
	}),
	on(`(?:rename|retitle|call|name)(?: task)? (it|that|this|(?:the )?task #?\d+|#?\d+):? (?:to )?(\p{Co}|.+?)(?: instead| now)?`, func(p *parser, m []string) command {
		if words := strings.ToLower(m[2]); strings.HasPrefix(words, "to ") || strings.HasPrefix(words, "as ") {
			return nil
		}
		return retitle(p, m[1], m[2])
	}),
	on(`(?:rename|retitle) (.+?):? (\p{Co})`, func(p *parser, m []string) command {
		if renameTo.MatchString(m[1]) {
			return nil
		}
		return retitle(p, m[1], m[2])
	}),
	on(`(?:rename|retitle) (.+?) (?:to|as|into|=) (.+)`, func(p *parser, m []string) command {
		return retitle(p, m[1], m[2])
	}),
	on(`(?:change|update|edit|modify|set|correct|make) (?:the )?(`+fieldNames+`) (?:of|for|on) (.+?) (?:to|as|into|be|=) (.+)`, func(p *parser, m []string) command {
		return field(p, m[2], m[1], m[3])
	}),
	on(`(?:change|update|edit|modify|set|correct) (.+?)(?:'s|,)? (`+fieldNames+`) (?:to|as|into|:|=) (.+)`, func(p *parser, m []string) command {
		return field(p, m[1], m[2], m[3])
	}),
	on(`(?:make|set|mark|flag|change|move|update) (.+?) (?:as |to |a |be )*(`+priorityWords+`)(?:[ -]priority)?(?:,|,? and) (?:to )?(?:be )?(`+dueWords+`)`, prioritiseAndMove),
	on(`(?:make|set|mark|flag|change|move|update) (.+?) (?:to )?(?:be )?(`+dueWords+`)(?:,|,? and) (?:as |to |a |be )*(`+priorityWords+`)(?:[ -]priority)?`, func(p *parser, m []string) command {
		return prioritiseAndMove(p, []string{m[0], m[1], m[3], m[2]})
	}),
	on(`(?:change|update|edit|modify|correct|replace|set) (.+?) (?:to|with|into|as|so it says|=|:)\s+(.+)`, changes),
	on(`(?:make|set|mark|flag|change|give|raise|lower|bump|downgrade|upgrade|demote|promote|drop) (.+?)(?:'s)?(?: priority)? (?:as |to |a |an |be )*(`+priorityWords+`)(?:[ -]priority)?(?: (?:task|item|one|to-?do))?`, prioritise),
	on(`(?:increase|raise|up|boost|bump)(?: up)? (?:the )?priority (?:of|on|for) (.+)`, func(p *parser, m []string) command { return prioritise(p, []string{"", m[1], "high"}) }),
	on(`(?:decrease|reduce|lower|drop) (?:the )?priority (?:of|on|for) (.+)`, func(p *parser, m []string) command { return prioritise(p, []string{"", m[1], "low"}) }),
	on(`(?:give|assign|set) (.+?) (?:a |the )?(?:due date|deadline) (?:of|to|on|for) (.+)`, func(p *parser, m []string) command { return field(p, m[1], "due", m[2]) }),
	on(`(?:deprioriti[sz]e|lower the priority of) (.+)`, func(p *parser, m []string) command { return prioritise(p, []string{"", m[1], "low"}) }),
	on(`(?:prioriti[sz]e|(?:raise|bump|bump up|increase) the priority of|bump(?: up)?) (.+)`, func(p *parser, m []string) command { return prioritise(p, []string{"", m[1], "high"}) }),
	on(`(?:rename|retitle|change|update|edit|modify|move|reschedule|postpone) (?:task |to-?do |item |#|number )*(\d+|it|that)`, func(_ *parser, m []string) command {
		return talk("What should change? For example: “rename task " + idOr(m[1]) + " to Buy fruit”, or “move task " + idOr(m[1]) + " to Friday”.")
	}),
	on(moveVerbs+` (.+?) (?:back |forward )?((?:to|until|till|for|by|on|at|from) .+|tomorrow.*|today.*|next .+)`, moves),
	on(`(?:make|set) (.+?) (?:to be )?(?:due)? ?((?:due|for|by|on|at|to) .+|tomorrow.*|today.*|next .+)`, moves),
}

// changeStatements say what a task should be; see statementRules.
var changeStatements = []rule{
	on(`(.+?)(?::| -) (?:an? |make it |now )?(`+priorityWords+`)(?:[ -](?:priority|prio))?`, func(p *parser, m []string) command { return softly(prioritise(p, m), m[0]) }),
	on(`(.+?)(?::| -) ((?:due|by|move to|moved to)\b.+)`, func(p *parser, m []string) command { return softly(moves(p, m), m[0]) }),
	on(`(.+?) (?:should be|is|are|must be|needs to be) (?:tagged|labell?ed)(?: (?:with|as))? (.+)`, func(p *parser, m []string) command { return softly(tags(p, m[1], m[2]), m[0]) }),
	on(`(.+?) (?:is|should be|has to be|must be)(?: now)? (due .+)`, func(p *parser, m []string) command {
		return softly(moves(p, m), m[0])
	}),
	on(`(.+?) (?:is|are|should be|must be done|must be finished|needs? to be done|has to be done|has to be finished|needs to be finished|needs to be)(?: now)? (?:due )?((?:by|on|at|for|tomorrow|today|next|before|until)\b.*)`, func(p *parser, m []string) command {
		return softly(moves(p, m), m[0])
	}),
	on(`(.+?) (?:isn't|is not|is no longer|aren't|are not)(?: (?:so|that|very|really|all that))? (?:urgent|important|a priority)(?: any ?more)?`, func(p *parser, m []string) command {
		return softly(prioritise(p, []string{m[0], m[1], "low"}), m[0])
	}),
	on(`(.+?)(?:'s| (?:is|are|should be|has|should have|has become|needs to be|became|gets))(?: now)? (?:a |an )?(`+priorityWords+`)(?:[ -](?:priority|prio))?`, func(p *parser, m []string) command {
		return softly(prioritise(p, m), m[0])
	}),
}

// following marks an update that does not say of which task.
func following(c command, text string) command {
	u, ok := c.(*update)
	if !ok {
		return nil
	}
	u.text, u.follows = text, true
	return u
}

// softly marks an update as one that only a task that is there makes sense of.
func softly(c command, text string) command {
	u, ok := c.(*update)
	if !ok || questions.MatchString(text) {
		return nil
	}
	u.text, u.soft = text, true
	return u
}
