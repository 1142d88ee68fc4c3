package main

import (
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/process"
)

// of lists the files that make a kind, in order: those that name its constant, those
// whose comments cite its number, and those that declare what stands beside the
// constant in a table of kinds. The tables themselves are left out; tables gives them.
func (p *places) of(kind process.Kind) []string {
	found := maps.Clone(p.names[kind])
	if found == nil {
		found = map[string]bool{}
	}
	for folder, s := range p.packages {
		for file, syntax := range s.files {
			if p.cites(syntax, kind) {
				found[file] = true
			}
			if !p.names[kind][file] {
				continue
			}
			for _, row := range rows(syntax, p.constant[kind]) {
				imported := map[string]string{}
				if folder == listFolder {
					imported = imports(syntax)
				}
				p.follow(found, map[ast.Node]bool{}, folder, imported, row)
			}
		}
	}
	tables := p.tables()
	maps.DeleteFunc(found, func(file string, _ bool) bool {
		return slices.Contains(tables, file) || path.Dir(file) == kindsPackage
	})
	return slices.Sorted(maps.Keys(found))
}

// rows finds what stands beside a constant: the body of its case, the value of its key,
// the other elements of its row, what is made in the same call.
func rows(file *ast.File, constant string) []ast.Node {
	var list []ast.Node
	among := func(all []ast.Expr) bool {
		return slices.ContainsFunc(all, func(e ast.Expr) bool { return isConstant(e, constant) })
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CaseClause:
			if among(n.List) {
				for _, s := range n.Body {
					list = append(list, s)
				}
			}
		case *ast.KeyValueExpr:
			if isConstant(n.Key, constant) {
				list = append(list, n.Value)
			}
		case *ast.CompositeLit:
			if among(n.Elts) && !allConstants(n.Elts) {
				list = append(list, n)
			}
		case *ast.CallExpr:
			if among(n.Args) {
				list = append(list, made(n.Args)...)
			}
		}
		return true
	})
	return list
}

// made gives the arguments that make something: a call or a literal.
func made(args []ast.Expr) []ast.Node {
	var list []ast.Node
	for _, arg := range args {
		switch arg.(type) {
		case *ast.CallExpr, *ast.CompositeLit, *ast.UnaryExpr:
			list = append(list, arg)
		}
	}
	return list
}

// allConstants says that a literal is a list of kinds and no row of one.
func allConstants(list []ast.Expr) bool {
	return !slices.ContainsFunc(list, func(e ast.Expr) bool {
		sel, ok := e.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of, ok := sel.X.(*ast.Ident)
		return !ok || of.Name != "process"
	})
}

// follow adds the files that declare what a piece of code names. In a package of a
// subject it goes on from there, and never into another package.
func (p *places) follow(found map[string]bool, seen map[ast.Node]bool, folder string, imported map[string]string, code ast.Node) {
	ast.Inspect(code, func(n ast.Node) bool {
		in, name := folder, ""
		switch n := n.(type) {
		case *ast.SelectorExpr:
			name = n.Sel.Name
			if of, ok := n.X.(*ast.Ident); ok && imported[of.Name] != "" {
				in = imported[of.Name]
			}
		case *ast.KeyValueExpr: // the name of a field is no call
			if _, field := n.Key.(*ast.Ident); field {
				p.follow(found, seen, folder, imported, n.Value)
				return false
			}
		case *ast.Ident:
			name = n.Name
		}
		if in == kindsPackage || name == "" || p.packages[in] == nil {
			return true
		}
		for _, d := range p.packages[in].declared[name] {
			if seen[d.node] || slices.Contains(shared, in) && !isFunction(d.node, name) {
				continue
			}
			seen[d.node] = true
			found[d.file] = true
			if !slices.Contains(shared, in) {
				p.follow(found, seen, in, nil, d.node)
			}
		}
		return true
	})
}

// isFunction says that a declaration is the function or method of that name, not a
// word, a type, or a method found by its type.
func isFunction(n ast.Node, name string) bool {
	f, ok := n.(*ast.FuncDecl)
	return ok && f.Name.Name == name
}

// imports gives the folders of the repository a file imports, by the names it uses.
func imports(file *ast.File) map[string]string {
	list := map[string]string{}
	for _, spec := range file.Imports {
		at, err := strconv.Unquote(spec.Path.Value)
		folder, own := strings.CutPrefix(at, modulePath)
		if err != nil || !own || spec.Path.Kind != token.STRING {
			continue
		}
		name := path.Base(folder)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		list[name] = folder
	}
	return list
}

// catalogueEntry is the file of the catalogue that defines a kind.
func (p *places) catalogueEntry(kind process.Kind) string {
	return p.first("models/process/catalogue/*.yaml", func(text string) bool {
		return strings.Contains("\n"+text, "\nkind: "+string(kind)+"\n")
	})
}

func (p *places) first(pattern string, is func(text string) bool) string {
	files, _ := fs.Glob(os.DirFS(p.checkout), pattern) // the pattern is a good one
	for _, file := range files {
		if text, err := fs.ReadFile(os.DirFS(p.checkout), file); err == nil && is(string(text)) {
			return file
		}
	}
	return ""
}

// histories are the recorded runs of a kind.
func (p *places) histories(kind process.Kind) []string {
	files, _ := fs.Glob(os.DirFS(p.checkout), "workflows/testdata/histories/"+kind.WorkflowName()+"-*.json")
	return files
}
