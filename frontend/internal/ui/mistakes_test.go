package ui

import (
	"maps"
	"testing"

	"todo-chatbot/backend/api"
)

func TestMistakes(t *testing.T) {
	t.Parallel()
	inputs := map[string]string{"title": "title", "tags": "tags", "due_at": "due"}
	tests := map[string]struct {
		fields []api.FieldError
		beside map[string]string
		above  string
	}{
		"no fields":      {nil, nil, "Some fields are not right."},
		"with inputs":    {[]api.FieldError{{Field: "due_at", Message: "no date"}, {Field: "tags[2]", Message: "too long"}}, map[string]string{"due": "no date", "tags": "too long"}, ""},
		"without inputs": {[]api.FieldError{{Field: "time_zone", Message: "unknown"}, {Field: "", Message: "odd"}}, nil, "Time zone: unknown; Form: odd"},
		"both":           {[]api.FieldError{{Field: "title", Message: "missing"}, {Field: "owner", Message: "gone"}}, map[string]string{"title": "missing"}, "Owner: gone"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			beside, above := Mistakes(&api.Error{Message: "Some fields are not right.", Fields: tt.fields}, inputs)
			if !maps.Equal(beside, tt.beside) || above != tt.above {
				t.Errorf("beside %v, above %q", beside, above)
			}
		})
	}
}
