package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/process"
)

const (
	modulePath = "github.com/xueji/xueji/"
	// kindsPackage declares the constants of the kinds.
	kindsPackage = "models/process"
	// listFolder holds the one list of kinds: its rows lead into the packages of the subjects.
	listFolder = "models/kinds"
	// tableOf is how many kinds a file names at least to be a table of kinds.
	tableOf = 8
)

// shared are the packages that serve every kind: of them a page names only the files
// that name the kind or declare a function its row names. Of the package of a subject
// it names all that the row reaches.
var shared = []string{"models/store", "models/change", "models/student", "models/status"}

// transition is a number of docs/domain.md as a comment cites it.
var transition = regexp.MustCompile(`KT[0-9]{2}`)

// source is one Go package of a checkout, as far as the places of a kind need it.
type source struct {
	declared map[string][]declaration // by name; a method by its own name, too
	files    map[string]*ast.File     // by path inside the checkout
}

// declaration is a function, method, type, variable or constant of a package.
type declaration struct {
	file string
	node ast.Node
}

// places knows where the kinds are made in a checkout.
type places struct {
	checkout string
	packages map[string]*source               // by folder
	constant map[process.Kind]string          // the name of the kind's constant
	numbers  map[process.Kind][]string        // the transitions of docs/domain.md its comment cites
	names    map[process.Kind]map[string]bool // the files that name the constant
}

// readPlaces parses the code of a checkout, without tests and the packages that only tests
// use; a checkout without code has no places.
func readPlaces(checkout string) (*places, error) {
	p := &places{
		checkout: checkout, packages: map[string]*source{}, constant: map[process.Kind]string{}, numbers: map[process.Kind][]string{},
		names: map[process.Kind]map[string]bool{},
	}
	for _, top := range []string{"models", "workflows", "activities"} {
		if err := fs.WalkDir(os.DirFS(checkout), top, p.read); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	p.readConstants()
	for _, s := range p.packages {
		for file, syntax := range s.files {
			for _, kind := range p.named(syntax) {
				if p.names[kind] == nil {
					p.names[kind] = map[string]bool{}
				}
				p.names[kind][file] = true
			}
		}
	}
	return p, nil
}

func (p *places) read(file string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	if entry.IsDir() && strings.HasSuffix(file, "test") {
		return fs.SkipDir
	}
	if entry.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
		return nil
	}
	text, err := fs.ReadFile(os.DirFS(p.checkout), file)
	if err != nil {
		return err
	}
	syntax, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return err
	}
	s := p.packages[path.Dir(file)]
	if s == nil {
		s = &source{declared: map[string][]declaration{}, files: map[string]*ast.File{}}
		p.packages[path.Dir(file)] = s
	}
	s.files[file] = syntax
	for _, d := range syntax.Decls {
		s.declare(file, d)
	}
	return nil
}

// declare notes what a file declares. A method counts for its type, too: who uses the
// type uses its methods.
func (s *source) declare(file string, d ast.Decl) {
	note := func(name string, node ast.Node) { s.declared[name] = append(s.declared[name], declaration{file, node}) }
	switch d := d.(type) {
	case *ast.FuncDecl:
		note(d.Name.Name, d)
		if d.Recv != nil {
			if of := receiver(d.Recv.List[0].Type); of != "" {
				note(of, d)
			}
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				note(spec.Name.Name, spec)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					note(name.Name, spec)
				}
			}
		}
	}
}

// receiver names the type of a method.
func receiver(of ast.Expr) string {
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if name, ok := of.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// readConstants finds the constant of every kind by its value.
func (p *places) readConstants() {
	s := p.packages[kindsPackage]
	if s == nil {
		return
	}
	for name, list := range s.declared {
		for _, d := range list {
			spec, ok := d.node.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				continue
			}
			of, typed := spec.Type.(*ast.Ident)
			value, literal := spec.Values[0].(*ast.BasicLit)
			if typed && literal && of.Name == "Kind" {
				if kind, err := strconv.Unquote(value.Value); err == nil {
					p.constant[process.Kind(kind)] = name
					p.numbers[process.Kind(kind)] = transition.FindAllString(spec.Comment.Text(), -1)
				}
			}
		}
	}
}

// named lists the kinds a file names by their constants.
func (p *places) named(file ast.Node) []process.Kind {
	kindOf := map[string]process.Kind{}
	for kind, constant := range p.constant {
		kindOf[constant] = kind
	}
	found := map[process.Kind]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && isConstant(sel, sel.Sel.Name) {
			if kind, ok := kindOf[sel.Sel.Name]; ok {
				found[kind] = true
			}
		}
		return true
	})
	return slices.Collect(maps.Keys(found))
}

// cites says that a comment of the file cites a transition of the kind.
func (p *places) cites(file *ast.File, kind process.Kind) bool {
	return slices.ContainsFunc(file.Comments, func(c *ast.CommentGroup) bool {
		return slices.ContainsFunc(transition.FindAllString(c.Text(), -1), func(number string) bool {
			return slices.Contains(p.numbers[kind], number)
		})
	})
}

// isConstant says that an expression is the constant of that name in package process.
func isConstant(n ast.Node, name string) bool {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	of, ok := sel.X.(*ast.Ident)
	return ok && of.Name == "process"
}

// tables lists the files that name many kinds: in each of them every kind has a line.
func (p *places) tables() []string {
	count := map[string]int{}
	for _, files := range p.names {
		for file := range files {
			count[file]++
		}
	}
	maps.DeleteFunc(count, func(_ string, kinds int) bool { return kinds < tableOf })
	return slices.Sorted(maps.Keys(count))
}
