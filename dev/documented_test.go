package main

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	backend "todo-chatbot/backend/app"
	frontend "todo-chatbot/frontend/app"
)

// settingsOf lists the variables of a settings struct with their defaults,
// "required" for those that must be set.
func settingsOf(spec any) map[string]string {
	all := map[string]string{}
	t := reflect.TypeOf(spec)
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		value := tag.Get("default")
		if tag.Get("required") == "true" {
			value = "required"
		}
		if name := tag.Get("envconfig"); name != "" {
			all[name] = value
		}
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var tableRow = regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| (.*?) \\|")

func TestDocumentation_NamesEverySetting(t *testing.T) {
	t.Parallel()
	page := read(t, "../docs/configuration.md")
	// What cannot be a literal default is told in words.
	told := map[string]string{
		"LISTEN_HOST": "", "DATABASE_DIRECT_URL": "`DATABASE_URL`", "OPENAI_API_KEY": "", "OPENAI_MODEL": "",
	}
	for heading, spec := range map[string]any{"Backend": backend.Config{}, "Frontend": frontend.Config{}} {
		_, section, _ := strings.Cut(page, "\n## "+heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		documented := map[string]string{}
		for _, row := range tableRow.FindAllStringSubmatch(section, -1) {
			documented[row[1]] = strings.TrimSpace(row[2])
		}
		want := map[string]string{}
		for name, value := range settingsOf(spec) {
			if words, ok := told[name]; ok {
				want[name] = words
			} else if value == "required" {
				want[name] = value
			} else {
				want[name] = "`" + value + "`"
			}
		}
		if diff := cmp.Diff(want, documented); diff != "" {
			t.Errorf("%s, settings (-) and page (+): %s", heading, diff)
		}
	}
	_, section, _ := strings.Cut(page, "\n## make run\n")
	for name := range settingsOf(settings{}) {
		if !strings.Contains(section, "| `"+name+"` |") {
			t.Errorf("make run: %s is not documented", name)
		}
	}
}

func TestEnvExample_NamesEverySettingOfMakeRun(t *testing.T) {
	t.Parallel()
	example := regexp.MustCompile(`(?m)^# ([A-Z_]+)=`).FindAllStringSubmatch(read(t, "../.env.example"), -1)
	var got []string
	for _, line := range example {
		got = append(got, line[1])
	}
	byItself := []string{"PORT", "BACKEND_URL", "COOKIE_SECURE", "LOG_FORMAT"}
	var want []string
	for _, spec := range []any{backend.Config{}, frontend.Config{}, settings{}} {
		for name := range settingsOf(spec) {
			if !slices.Contains(want, name) && !slices.Contains(byItself, name) {
				want = append(want, name)
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-) and .env.example (+): %s", diff)
	}
}
