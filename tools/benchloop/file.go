package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
)

// file is a source file that is edited and put back. It never overwrites what
// somebody else saved meanwhile.
type file struct {
	path     string
	mode     fs.FileMode
	original []byte
	last     []byte // what it holds, as far as we know
}

func openFile(path string) (*file, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return &file{path: path, mode: info.Mode().Perm(), original: content, last: content}, nil
}

// save writes in place, as most editors do.
func (f *file) save(content []byte) error {
	now, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, f.last) {
		return fmt.Errorf("%s was changed by somebody else meanwhile; it is left as it is", f.path)
	}
	f.last = content // before it is written, or a failed write would look like somebody else's
	return os.WriteFile(f.path, content, f.mode)
}

func (f *file) restore() error {
	if bytes.Equal(f.last, f.original) {
		return nil
	}
	return f.save(f.original)
}
