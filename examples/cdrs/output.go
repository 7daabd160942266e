package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// output is where the records go. A file gets its name only once it is complete, so that under that name there is never
// a part of one, and what was there before stays where something goes wrong.
type output struct {
	io.Writer
	file *os.File // has another name; nil for standard output
	name string
}

func openOutput(name string, stdout io.Writer) (*output, error) {
	if name == "" {
		return &output{Writer: stdout}, nil
	}
	if there, err := os.Stat(name); err == nil && !there.Mode().IsRegular() {
		return nil, fmt.Errorf("-out: %s is no file, and would be replaced by one", name)
	}
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part") // for nobody else to read
	if err != nil {
		return nil, fmt.Errorf("-out: %w", err)
	}
	return &output{file, file, name}, nil
}

// keep gives the file its name.
func (o *output) keep() error {
	if o.file == nil {
		return nil
	}
	err := errors.Join(o.file.Sync(), o.file.Close())
	if err == nil {
		err = os.Rename(o.file.Name(), o.name)
	}
	if err == nil {
		o.file = nil
	}
	return err
}

// discard removes the file, unless it was kept.
func (o *output) discard() {
	if o.file != nil {
		o.file.Close()
		os.Remove(o.file.Name())
	}
}
