package rules

import (
	"slices"
	"testing"
)

// A language's file has all the intents and replies that there are, so that a
// new one cannot be half a language.
func TestLanguages_AreWhole(t *testing.T) {
	t.Parallel()
	all := languages()
	for _, l := range all {
		for intent := range l.Commands {
			if !slices.Contains(intents, intent) {
				t.Errorf("%s: there is no intent %q", l.Name, intent)
			}
		}
		for _, intent := range []string{"hello", "thanks", "help", "add", "complete", "reopen", "delete", "rename", "list", "list_all", "list_pending", "list_completed", "count"} {
			if len(l.Commands[intent]) == 0 {
				t.Errorf("%s: no form of words for %s", l.Name, intent)
			}
		}
		for key := range all[0].Replies {
			if l.Replies[key] == "" && key != "at" {
				t.Errorf("%s: no reply for %q", l.Name, key)
			}
		}
		if len(l.Yes) == 0 || len(l.No) == 0 {
			t.Errorf("%s: no yes or no", l.Name)
		}
	}
}

// Each language confirms a deletion of everything, and understands yes and no
// in its own words.
func TestLanguages_Confirm(t *testing.T) {
	t.Parallel()
	for text, answers := range map[string][2]string{
		"Lösche alle Aufgaben": {"ja", "nein"}, "sab kaam delete kar do": {"haan", "nahi"}, "سب کام حذف کر دو": {"ہاں", "نہیں"},
	} {
		for i, answer := range answers {
			c := newConversation(t, home())
			if c.say(text); len(c.changes()) != 0 {
				t.Errorf("%s: %v", text, written(c.changes()))
			}
			c.say(answer)
			if want := []int{5, 0}[i]; len(c.changes()) != want {
				t.Errorf("%s, %s: %d changes, want %d", text, answer, len(c.changes()), want)
			}
		}
	}
}

// English is never taken for another language.
func TestForeign_NotEnglish(t *testing.T) {
	t.Parallel()
	for _, s := range sentences(t) {
		for _, text := range s.Turns {
			p := &parser{utterance: normalise(text)}
			if p.foreign(p.text); p.lang != nil {
				t.Errorf("%q is taken for %s", text, p.lang.Name)
			}
		}
	}
}
