package rules

import (
	"regexp"
	"strings"
)

const (
	addVerb  = `(?:add|create|make|put|insert|enter|log|record|jot down|write down|note down|note|set up|new)`
	bareVerb = `(?:add|create|put|insert|jot down|write down|note down|note)`
	article  = `(?:(?:an?|the|another|one|my|new|this|me|more|following|quick|small|single|simple|recurring|repeating|regular|extra) )*`
	noun     = `(?:tasks?|to-?dos?|to do|to-?do items?|items?|reminders?)`
	adjunct  = `(?:(?:` + priorityWords + `(?:[ -](?:priority|prio))?|daily|weekly|monthly|yearly|annual|recurring)[ ,]+)*`
	counted  = `(?:(?:these|the following|following|some|several|multiple|two|three|four|five|six|seven|\d) )`
	obliged  = `(?:need|have|want|ought|got|plan|must remember|would like|am supposed|'m supposed)`
	remember = `(?:(?:i )?(?:also )?` + obliged + ` to )?(?:remember|not forget) (?:to|that i (?:need|have) to)`
)

var (
	addHead = regexp.MustCompile(`(?is)^(?:(?:add|create|make|put|insert|log|record|jot down|write down|note|set up|set an?|new)\b|remind me\b|(?:don't|do not) (?:let me )?forget|` +
		`(?:please )?remember (?:to|that)|i (?:also |really |still )*(?:` + obliged + `|must|should|gotta|'ve got to)\b|i've got to|(?:task|to-?do|to do|reminder)\s*[:-]|every |each )`)
	nameLead  = regexp.MustCompile(`(?is)^\s*(?:[:\-]+\s*|(?:that (?:i |we )?(?:need|have|has|must|should|ought)(?: to)?|(?:for me )?to(?: say)?|for(?: me to)?|about|which|that says|saying|called|named|titled|entitled|labell?ed|with (?:the )?(?:title|name))(?::|\s|$)\s*)*`)
	itemJoin  = regexp.MustCompile(`(?i)\s*[;\n]+\s*(?:and\s+)?|\s*,\s*(?:and\s+|&\s+)?|\s+and\s+`)
	lineEnd   = regexp.MustCompile(`[;\n]+`)
	bullet    = regexp.MustCompile(`^(?:[-*•]|\d{1,2}[.)]|\[ ?\])\s*`)
	allQuotes = regexp.MustCompile(`(?i)^\p{Co}(?:(?:\s*,\s*(?:and )?|\s+and\s+|\s)\p{Co})+[.!]*$`)
	bulleted  = regexp.MustCompile(`(?s)^[:\s]*(?:[-*•]|\d{1,2}[.)]) .*\n(?:[-*•]|\d{1,2}[.)]) `)
)

// addRules is tried when no rule for tasks that exist has matched.
var addRules = []rule{
	on(`(?:i|we)(?:'ve| have)(?: got)? (?:an?|my) (.+)`, makeAppointment),
	on(`(?:remind me|(?:set|create|add)(?: me)? (?:a |an )?(?:reminder|alarm))(?: (?:of|about) something)?`, func(*parser, []string) command { return &add{drafts: []draft{{}}} }),
	on(`(?:schedule|plan|pencil in|arrange|set up) (.+)`, makeSchedule),
	on(`(`+addVerb+`|set) `+article+`(`+counted+`)?(`+adjunct+`)`+article+`(`+noun+`)(?:\b(.*))?`, makeNamed),
	on(`(?:task|to-?do|to do|reminder|note to self)\s*[:\-]+\s*(.+)`, makeAdd),
	on(`(?:be reminded|get reminded|a reminder) (?:to|of|about) (.+)`, makeAdd),
	on(`remind me(?: (?:to|that i (?:need|have) to|that|about|of)\b|:)\s*(.+)`, makeAdd),
	on(`remind me (.+?) (?:to|that i (?:need|have) to|about) (.+)`, makeReminder),
	on(`remind me (.+)`, makeAdd),
	on(`(.+?),? (?:please )?(?:remind me (?:to|about|of)|(?:don't|do not) (?:let me )?forget(?: to| about)?|remember to|add) (.+)`, makeReminder),
	on(`(.+?),? (?:please )?(?:i|we) (?:also |really |still )*(?:(?:need|have|ought|got) to|must|should)(?: to)? (.+)`, makeReminder),
	on(remember+` (.+)`, makeAdd),
	on(`(?:don't|do not) (?:let me )?forget:? (?:to |about |that i (?:need|have) to )?(.+)`, makeAdd),
	on(`make sure (?:to |that i |i )(?:remember to |(?:don't|do not) forget to )?(.+)`, makeAdd),
	on(`remember(?: that i (?:need|have) to| that i must| to|:) (.+)`, makeAdd),
	on(`(?:i|we)(?:'ve| have)? (?:also |really |still )*(?:(?:need|have|want|ought|got|plan) to|must|should|gotta)(?: to)?(?: (?:also|really|still))?:? (?:remember to |not forget to )?(.+)`, makeObliged),
	on(`(?:i (?:need|want)|give me) (?:an?|another|one) (?:new )?(`+adjunct+`)(`+noun+`)\b(.*)`, func(p *parser, m []string) command {
		return makeNamed(p, []string{"", "add", "", m[1], m[2], m[3]})
	}),
	on(`(?:stick|throw|slap|pop|chuck|drop|get|have|include|place|write|jot|pencil|note|put|keep|save|shove|toss) (.+?) (?:down |in )?((?:on|onto|to|in|into) (?:my|the|our|that) (?:\S+ )?(?:list|tasks|to-?dos))(?: (.+))?`, func(p *parser, m []string) command {
		return p.adds(strings.TrimSpace(m[1] + " " + m[3]))
	}),
	on(bareVerb+`\b(.*)`, makeBareAdd),
	on(`(?:log|record) (.+)`, makeAdd),
	on(`((?:every|each) .+)`, makeAdd),
	on(`(?:task|to-?do|to do) (\pL+) (.+)`, func(p *parser, m []string) command {
		if !isVerb(m[1]) {
			return nil
		}
		return p.adds(m[1] + " " + m[2])
	}),
}

var existing = regexp.MustCompile(`^ ?#?\d+\b`)
