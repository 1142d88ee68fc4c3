// Command list writes new migrations into list.txt; "go generate ./models/migrations"
// runs it in the folder of the migrations. With -keep N everything above N is listed
// afresh, for numbers that no database but a developer's has run.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"github.com/xueji/xueji/models/migrations"
)

func main() {
	keep := flag.Int64("keep", -1, "list everything above this number afresh")
	flag.Parse()
	if err := run(*keep); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "list:", err)
		os.Exit(1)
	}
}

func run(keep int64) error {
	const name = "list.txt"
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	next, err := migrations.Extend(os.DirFS("sql"), string(text), keep)
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(next), 0o644) //nolint:gosec // a public file of the repository
}
