package loop

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/a-h/parse"
	"github.com/a-h/templ"
	"github.com/a-h/templ/generator"
	"github.com/a-h/templ/parser/v2"
	templruntime "github.com/a-h/templ/runtime"
)

// templateRoot is where `templ generate` runs, to which the names in generated
// files are relative.
const templateRoot = "frontend"

// templates generates Go from templ files. A program in templ's development
// mode reads the texts of its markup from files, one for each template, so
// that a change of text alone needs no build. Each process has a folder of
// such files, because an older one must never read texts that were written
// for other code.
type templates struct {
	dir     string
	newest  map[string]generator.GeneratorOutput // as the files are
	serving map[string]generator.GeneratorOutput // as the running process was built
	texts   string                               // the running process's folder
}

func newTemplates(dir string) *templates {
	return &templates{dir: dir, newest: map[string]generator.GeneratorOutput{}}
}

// Generate writes the Go of all of a program's templates below dir.
func Generate(p Program, dir string) error {
	l := New(p, Options{Dir: dir})
	files, err := l.tree.look()
	if err != nil {
		return err
	}
	return l.templates.generate(l.sort(files).templates, nil)
}

// generate writes the Go file beside each changed template, and removes those
// of removed ones.
func (t *templates) generate(changed, removed []string) error {
	for _, name := range removed {
		delete(t.newest, name)
		if err := os.Remove(t.full(goFile(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what was generated: %w", err)
		}
	}
	var all []error
	for _, name := range changed {
		if err := t.generateOne(name); err != nil {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

func (t *templates) generateOne(name string) error {
	template, err := parser.Parse(t.full(name))
	if err != nil {
		return templateError(name, err)
	}
	var code bytes.Buffer
	output, err := generator.Generate(template, &code,
		generator.WithVersion(templ.Version()), generator.WithFileName(strings.TrimPrefix(name, templateRoot+"/")))
	if err != nil {
		return templateError(name, err)
	}
	t.newest[name] = output
	formatted, err := format.Source(code.Bytes())
	if err != nil {
		formatted = code.Bytes() // the compiler says more of what is wrong
	}
	return writeIfChanged(t.full(goFile(name)), formatted)
}

// codeChanged tells whether a template differs from the running process in
// more than its texts.
func (t *templates) codeChanged() bool {
	if len(t.newest) != len(t.serving) {
		return true
	}
	for name, output := range t.newest {
		before, known := t.serving[name]
		if !known || generator.HasGoChanged(before, output) {
			return true
		}
	}
	return false
}

// writeTexts gives the running process the texts of some templates.
func (t *templates) writeTexts(names []string) error {
	for _, name := range names {
		if err := t.writeText(t.texts, name); err != nil {
			return err
		}
	}
	return nil
}

// writeAllTexts prepares the folder of a new process.
func (t *templates) writeAllTexts(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // nothing in it is secret
		return fmt.Errorf("texts of templates: %w", err)
	}
	for name := range t.newest {
		if err := t.writeText(folder, name); err != nil {
			return err
		}
	}
	return nil
}

func (t *templates) writeText(folder, name string) error {
	file := filepath.Join(folder, filepath.Base(templruntime.GetDevModeTextFileName(t.full(name))))
	// In one step, or the program might read half of it.
	if err := os.WriteFile(file+".new", []byte(strings.Join(t.newest[name].Literals, "\n")), 0o644); err != nil { //nolint:gosec // as the source
		return fmt.Errorf("texts of %s: %w", name, err)
	}
	return os.Rename(file+".new", file)
}

// live tells that the process that reads the folder serves now.
func (t *templates) live(folder string) {
	t.texts = folder
	t.serving = make(map[string]generator.GeneratorOutput, len(t.newest))
	for name, output := range t.newest {
		t.serving[name] = output
	}
}

// source is the place in a template that a place in generated Go comes from.
func (t *templates) source(goName string, line, column int) (name string, at parser.Position, ok bool) {
	name = strings.TrimSuffix(goName, "_templ.go") + ".templ"
	output, ok := t.newest[name]
	if !ok || !strings.HasSuffix(goName, "_templ.go") || line < 1 || column < 1 {
		return "", at, false
	}
	// The map counts from 0, and knows nothing of the line that formatting adds.
	for _, shift := range []int{1, 2, 0} {
		if at, ok = output.SourceMap.SourcePositionFromTarget(uint32(line-shift), uint32(column-1)); ok { //nolint:gosec // lines and columns are small
			return name, at, true
		}
	}
	return "", at, false
}

func (t *templates) full(name string) string { return filepath.Join(t.dir, filepath.FromSlash(name)) }

func goFile(template string) string {
	return strings.TrimSuffix(template, path.Ext(template)) + "_templ.go"
}

// templateError begins with "file:line:column:", as the compiler's do.
func templateError(name string, err error) error {
	var at parse.ParseError
	if errors.As(err, &at) {
		return fmt.Errorf("%s:%d:%d: %s", name, at.Pos.Line+1, at.Pos.Col+1, at.Msg)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// writeIfChanged keeps the compiler's cache valid when nothing changed.
func writeIfChanged(file string, content []byte) error {
	if before, err := os.ReadFile(file); err == nil && bytes.Equal(before, content) {
		return nil
	}
	if err := os.WriteFile(file, content, 0o644); err != nil { //nolint:gosec // source is for everyone to read
		return fmt.Errorf("write what was generated: %w", err)
	}
	return nil
}
