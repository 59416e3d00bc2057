package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"text/template"

	"github.com/spf13/cobra"
)

//go:embed template
var templates embed.FS

func (a *app) initVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "init [NAME]",
		Short:   "make a small package that works, to change into your own",
		Long:    "init makes the folder NAME (counter by default) with a protocol, two components and a system that check verifies. It overwrites nothing.",
		Example: "  protoc-os init counter && protoc-os check ./counter",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "counter"
			if len(args) > 0 {
				folder = args[0]
			}
			return a.initPackage(filepath.Clean(folder))
		},
	}
}

// packageName is what can name a package here and in Go.
var packageName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// initPackage writes the files of a new package. It checks first that none of them is there.
func (a *app) initPackage(folder string) error {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	name := filepath.Base(abs)
	if !packageName.MatchString(name) {
		return fmt.Errorf("init %s: %q cannot name a package; use small letters, digits and _", folder, name)
	}
	files := []struct{ path, template string }{
		{filepath.Join(folder, name+".chan"), "template/package.chan.txt"},
		{filepath.Join(folder, "README.md"), "template/README.md.txt"},
	}
	if others, _ := filepath.Glob(filepath.Join(folder, "*.chan")); len(others) > 0 {
		return fmt.Errorf("init %s: there is a package already: %s", folder, others[0])
	}
	for _, f := range files {
		if _, err := os.Lstat(f.path); !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("init %s: %s is there already, and is left as it is", folder, f.path)
		}
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, f := range files {
		text, err := fill(f.template, map[string]string{"Package": name, "Folder": filepath.ToSlash(folder)})
		if err != nil {
			panic("a template of init does not execute: " + err.Error())
		}
		if err := create(f.path, text); err != nil {
			return err
		}
		fmt.Fprintln(a.out, filepath.ToSlash(f.path))
	}
	a.note("next: protoc-os check ./%s", filepath.ToSlash(folder))
	return nil
}

func fill(file string, values map[string]string) ([]byte, error) {
	t, err := template.ParseFS(templates, file)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, values)
	return b.Bytes(), err
}

// create writes a new file and fails if it is there, whoever made it meanwhile.
func create(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
