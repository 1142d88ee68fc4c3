package migrations

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:generate go run ./list
//go:generate go test -count=1 -run ^TestAFreshMigrationGivesTheExpectedAccess$ . -args -update

// listed is a migration as list.txt knows it: number, name and SHA-256.
type listed struct {
	number int64
	name   string
	digest string
}

// migrationName is the form of a file name: number_verb_table.sql.
var migrationName = regexp.MustCompile(`^(\d{5})_([a-z0-9_]+)\.sql$`) // never changes

// Extend gives the list with the files that are not on it yet. It refuses a listed
// file that was changed or is gone, and a new one whose number is not above all
// listed: databases have run what is listed, in that order, and never run it again.
// Lines above keep count as not listed; a negative keep keeps all.
func Extend(files fs.FS, list string, keep int64) (string, error) {
	there, err := filesOf(files)
	if err != nil {
		return "", err
	}
	known, err := parseList(list)
	if err != nil {
		return "", err
	}
	if keep >= 0 {
		known = slices.DeleteFunc(known, func(l listed) bool { return l.number > keep })
	}
	var wrong []string
	newest := int64(0)
	for _, l := range known {
		newest = max(newest, l.number)
		i := slices.IndexFunc(there, func(f listed) bool { return f.number == l.number })
		switch {
		case i < 0:
			wrong = append(wrong, fmt.Sprintf("%05d_%s.sql is listed and gone: databases have run it; put it back", l.number, l.name))
		case there[i] != l:
			wrong = append(wrong, fmt.Sprintf("%05d_%s.sql was changed after it was listed: databases that have run it will not run it again; "+
				"put it back and write a new migration", there[i].number, there[i].name))
		}
	}
	for _, f := range there {
		if slices.ContainsFunc(known, func(l listed) bool { return l.number == f.number }) {
			continue
		}
		if f.number < newest {
			wrong = append(wrong, fmt.Sprintf("%05d_%s.sql lies below %05d, which is listed: databases that are there will not run it; "+
				"give it a number above %05d", f.number, f.name, newest, newest))
		}
		known = append(known, f)
	}
	if len(wrong) > 0 {
		return "", fmt.Errorf("migrations only append:\n  %s", strings.Join(wrong, "\n  "))
	}
	slices.SortFunc(known, func(a, b listed) int { return int(a.number - b.number) })
	var b strings.Builder
	for _, l := range known {
		_, _ = fmt.Fprintf(&b, "%05d %s %s\n", l.number, l.name, l.digest) // a Builder never fails
	}
	return b.String(), nil
}

func filesOf(files fs.FS) ([]listed, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("migration files: %w", err)
	}
	var list []listed
	for _, e := range entries {
		parts := migrationName.FindStringSubmatch(e.Name())
		if parts == nil {
			return nil, fmt.Errorf("the file %s is not named like 00012_create_handover.sql", e.Name())
		}
		text, err := fs.ReadFile(files, e.Name())
		if err != nil {
			return nil, fmt.Errorf("migration files: %w", err)
		}
		number, _ := strconv.ParseInt(parts[1], 10, 64) // five digits
		if n := len(list); n > 0 && list[n-1].number == number {
			return nil, fmt.Errorf("two migrations have the number %05d", number)
		}
		sum := sha256.Sum256(text)
		list = append(list, listed{number, parts[2], hex.EncodeToString(sum[:])})
	}
	return list, nil
}

func parseList(text string) ([]listed, error) {
	var list []listed
	for line := range strings.Lines(text) {
		parts := strings.Fields(line)
		if len(parts) != 3 {
			return nil, fmt.Errorf("list of migrations: the line %q is not number, name and digest", strings.TrimSpace(line))
		}
		number, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list of migrations: %w", err)
		}
		list = append(list, listed{number, parts[1], parts[2]})
	}
	return list, nil
}
