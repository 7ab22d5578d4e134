// Package zone knows the time zones that the backend knows too.
package zone

import (
	"time"
	_ "time/tzdata" // The image has no time zones of its own.
)

// Load is the time zone of an IANA name; false for what names none. To the
// time package "" and "Local" are zones as well, but not those of a user.
func Load(name string) (*time.Location, bool) {
	if name == "" || name == "Local" {
		return nil, false
	}
	location, err := time.LoadLocation(name)
	return location, err == nil
}

// Known is name, or "" when it names no time zone. Browsers may know one that
// nobody else does, such as Etc/Unknown.
func Known(name string) string {
	if _, ok := Load(name); !ok {
		return ""
	}
	return name
}
