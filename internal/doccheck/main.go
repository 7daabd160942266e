// Doccheck checks the doc comments of this module's packages: that the links in them lead somewhere, and that what
// importable packages export has a comment: fields and interface methods too, and constants where their group has none.
package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	log.SetFlags(0)
	list, err := exec.Command("go", "list", "./...").Output() //nolint:noctx // it ends by itself
	if err != nil {
		log.Fatalf("go list: %v", err)
	}
	c := &checker{fset: token.NewFileSet(), packages: map[string]*doc.Package{}}
	for path := range strings.FieldsSeq(string(list)) {
		c.check(c.read(path))
	}
	for _, finding := range slices.Concat(c.links, c.bare) {
		fmt.Println(finding)
	}
	fmt.Printf("Links that lead nowhere: %d. Names without a comment: %d.\n", len(c.links), len(c.bare))
	if len(c.links)+len(c.bare) > 0 {
		os.Exit(1)
	}
}

// checker has the packages read so far, and what was found in them.
type checker struct {
	fset        *token.FileSet
	packages    map[string]*doc.Package
	links, bare []string
}

func importable(p *doc.Package) bool {
	return p.Name != "main" && !strings.Contains(p.ImportPath, "/internal/")
}

// read reads a package. What only this module sees is read with all that is unexported.
func (c *checker) read(path string) *doc.Package {
	if p := c.packages[path]; p != nil {
		return p
	}
	found, err := build.Import(path, ".", 0)
	if err != nil {
		log.Fatal(err)
	}
	parse := func() (files []*ast.File) { // again for each reading, which changes them
		for _, name := range found.GoFiles {
			file, err := parser.ParseFile(c.fset, filepath.Join(found.Dir, name), nil, parser.ParseComments)
			if err != nil {
				log.Fatal(err)
			}
			files = append(files, file)
		}
		return files
	}
	p, err := doc.NewFromFiles(c.fset, parse(), path)
	if err == nil && !importable(p) {
		p, err = doc.NewFromFiles(c.fset, parse(), path, doc.AllDecls)
	}
	if err != nil {
		log.Fatal(err)
	}
	c.packages[path] = p
	return p
}

func (c *checker) check(p *doc.Package) {
	look := func(name string, at token.Pos, text string) {
		where := fmt.Sprintf("%s: %s", c.fset.Position(at), name)
		c.follow(where, p.Parser().Parse(text).Content)
		if text == "" && importable(p) {
			c.bare = append(c.bare, where)
		}
	}
	funcs := func(prefix string, funcs []*doc.Func) {
		for _, f := range funcs {
			look(prefix+f.Name, f.Decl.Pos(), f.Doc)
		}
	}
	values := func(values []*doc.Value) {
		for _, v := range values {
			for _, spec := range v.Decl.Specs {
				spec := spec.(*ast.ValueSpec)
				look(spec.Names[0].Name, spec.Pos(), v.Doc+spec.Doc.Text()+spec.Comment.Text())
			}
		}
	}
	c.follow(p.ImportPath, p.Parser().Parse(p.Doc).Content)
	values(slices.Concat(p.Consts, p.Vars))
	funcs("", p.Funcs)
	for _, t := range p.Types {
		look(t.Name, t.Decl.Pos(), t.Doc)
		values(slices.Concat(t.Consts, t.Vars))
		funcs("", t.Funcs)
		funcs(t.Name+".", t.Methods)
		for _, field := range parts(t) {
			for _, name := range field.Names { // an embedded one has none
				look(t.Name+"."+name.Name, name.Pos(), field.Doc.Text()+field.Comment.Text())
			}
		}
	}
}

// parts are the fields of a struct, or the methods of an interface.
func parts(t *doc.Type) []*ast.Field {
	switch t := t.Decl.Specs[0].(*ast.TypeSpec).Type.(type) {
	case *ast.StructType:
		return t.Fields.List
	case *ast.InterfaceType:
		return t.Methods.List
	}
	return nil
}

// unresolved is what the parser leaves as it is where it finds nothing by the name.
var unresolved = regexp.MustCompile(`\[\*?[A-Za-z_][\w./]*\]`)

// follow finds the links that lead nowhere.
func (c *checker) follow(where string, blocks []comment.Block) {
	var texts []comment.Text
	for _, b := range blocks {
		switch b := b.(type) {
		case *comment.Heading:
			texts = append(texts, b.Text...)
		case *comment.Paragraph:
			texts = append(texts, b.Text...)
		case *comment.List:
			for _, item := range b.Items {
				c.follow(where, item.Content)
			}
		}
	}
	for _, t := range texts {
		switch t := t.(type) {
		case comment.Plain:
			for _, link := range unresolved.FindAllString(string(t), -1) {
				c.links = append(c.links, where+": "+link)
			}
		case *comment.DocLink:
			// The parser takes every name in another package as it is.
			if t.ImportPath != "" && t.Name != "" && !c.read(t.ImportPath).Parser().LookupSym(t.Recv, t.Name) {
				c.links = append(c.links, where+": "+t.DefaultURL(""))
			}
		}
	}
}
