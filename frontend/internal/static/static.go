// Package static serves the script, the style sheet and the icon, which are
// built from js/ and css/ into dist/ and embedded. Nothing comes from
// elsewhere.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"sync"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Prefix is the path under which the assets are served.
const Prefix = "/static/"

// The assets.
const (
	Script = "app.js"
	Style  = "app.css"
	Icon   = "favicon.svg"
)

// hashLength is short for a URL and long enough that two builds never meet.
const hashLength = 12

// cached holds for a year: a changed file has another URL.
const cached = "public, max-age=31536000, immutable"

type asset struct {
	content []byte
	hash    string
}

var embedded = sync.OnceValue(func() map[string]asset { return read(dist) })

// read takes the assets that are there; check tells of the others.
func read(files fs.FS) map[string]asset {
	assets := map[string]asset{}
	for _, name := range []string{Script, Style, Icon} {
		content, err := fs.ReadFile(files, "dist/"+name)
		if err != nil {
			continue
		}
		sum := sha256.Sum256(content)
		assets[name] = asset{content, hex.EncodeToString(sum[:])[:hashLength]}
	}
	return assets
}

var errNotBuilt = errors.New("the browser assets are not built: run make assets")

// Check tells whether the assets were built before the program was compiled.
func Check() error { return check(embedded()) }

func check(assets map[string]asset) error {
	for _, name := range []string{Script, Style, Icon} {
		if _, ok := assets[name]; !ok {
			return fmt.Errorf("%s is missing: %w", name, errNotBuilt)
		}
	}
	return nil
}

// URL is the address of an asset, which changes with its content.
func URL(name string) string {
	return Prefix + name + "?v=" + embedded()[name].hash
}

// Serve answers with an asset, and false when there is none of that name. A
// browser may keep it for good when it asked for this very content.
func Serve(w http.ResponseWriter, r *http.Request, name string) bool {
	a, ok := embedded()[name]
	if ok {
		a.serve(w, r, name)
	}
	return ok
}

func (a asset) serve(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == a.hash {
		w.Header().Set("Cache-Control", cached)
	}
	w.Header().Set("ETag", `"`+a.hash+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.content))
}
