package zone

import "testing"

func TestKnown(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"Europe/Berlin":    "Europe/Berlin",
		"UTC":              "UTC",
		"Asia/Calcutta":    "Asia/Calcutta", // as older browsers call it
		"":                 "",
		"Local":            "",
		"Etc/Unknown":      "",
		"../../etc/passwd": "",
	}
	for name, want := range tests {
		if got := Known(name); got != want {
			t.Errorf("Known(%q) = %q, want %q", name, got, want)
		}
	}
}
