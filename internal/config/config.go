// Package config reads a program's settings from the environment into an
// envconfig struct. Both binaries use it, once, at their start.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/kelseyhightower/envconfig"
)

// Validator is a settings struct that can judge its values against each other.
type Validator interface {
	// Validate names every mistake, each an error of its own in one
	// errors.Join, in terms of the environment variables.
	Validate() error
}

// Load fills spec, a pointer to a flat envconfig struct, from the environment.
// The error names every mistake at once, so that nobody mends them one start
// at a time: values that cannot be read first, then what Validate finds
// in the others.
func Load(spec Validator) error {
	var mistakes, unread []string
	settings := reflect.ValueOf(spec).Elem()
	for i := range settings.NumField() {
		field := settings.Type().Field(i)
		if err := readField(field, settings.Field(i)); err != nil {
			mistakes = append(mistakes, err.Error())
			unread = append(unread, field.Tag.Get("envconfig"))
		}
	}
	if err := spec.Validate(); err != nil {
		// What could not be read is empty, which is another mistake only to Validate.
		ofUnread := func(mistake string) bool {
			return slices.ContainsFunc(unread, func(name string) bool { return strings.Contains(mistake, name) })
		}
		mistakes = append(mistakes, slices.DeleteFunc(strings.Split(err.Error(), "\n"), ofUnread)...)
	}
	if len(mistakes) == 0 {
		return nil
	}
	return fmt.Errorf("the settings are wrong:\n  - %s", strings.Join(mistakes, "\n  - "))
}

// readField lets envconfig read one field alone, because envconfig stops at
// the first value that it cannot read.
func readField(field reflect.StructField, into reflect.Value) error {
	one := reflect.New(reflect.StructOf([]reflect.StructField{field}))
	err := envconfig.Process("", one.Interface())
	var parse *envconfig.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s must be %s", parse.KeyName, kind(field.Type))
	}
	if err != nil {
		return fmt.Errorf("%s must be set", field.Tag.Get("envconfig"))
	}
	into.Set(one.Elem().Field(0))
	return nil
}

func kind(t reflect.Type) string {
	switch {
	case t.String() == "time.Duration":
		return "a duration such as 30s or 5m"
	case t.String() == "slog.Level":
		return "one of debug, info, warn and error"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "a whole number"
	default:
		return "a " + t.String()
	}
}

// LogValue describes settings for the log, one attribute for each variable.
// Secrets and the passwords of URLs redact themselves.
func LogValue(spec any) slog.Value {
	settings := reflect.Indirect(reflect.ValueOf(spec))
	attrs := make([]slog.Attr, 0, settings.NumField())
	for i := range settings.NumField() {
		name := settings.Type().Field(i).Tag.Get("envconfig")
		attrs = append(attrs, slog.Any(name, settings.Field(i).Interface()))
	}
	return slog.GroupValue(attrs...)
}

// Secret is a setting that is never printed. Convert it to string to use it.
type Secret string

// String tells only whether there is a value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[set]"
}

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// URL is a setting that may hold a password, which is not printed. Convert it
// to string to use it.
type URL string

// String is the URL with its password masked; text that is no URL, such as
// PostgreSQL's keyword form, could hide a password anywhere and is not shown.
func (u URL) String() string {
	parsed, err := url.Parse(string(u))
	if err != nil || parsed.Host == "" {
		return Secret(u).String()
	}
	parsed.RawQuery = ""
	return parsed.Redacted()
}

// LogValue implements slog.LogValuer.
func (u URL) LogValue() slog.Value { return slog.StringValue(u.String()) }
