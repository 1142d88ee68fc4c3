package embedded

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the first PostgreSQL whose features the register uses.
const oldestMajor = 14

// server is an installation of PostgreSQL on this machine.
type server struct {
	bin   string
	major int
}

func (s server) program(name string) string { return filepath.Join(s.bin, name) }

// findServer chooses the installation for data of the given major version (0:
// no data yet, the newest wins), installing one when the machine has none.
func findServer(ctx context.Context, data int, say func(string)) (server, error) {
	found, unfit := installed(ctx, usualPlaces(ctx))
	if err := ctx.Err(); err != nil { // then nothing was found because nothing could be asked
		return server{}, err
	}
	if len(found) == 0 {
		if err := obtainServer(ctx, unfit, say); err != nil {
			return server{}, err
		}
		if found, unfit = installed(ctx, usualPlaces(ctx)); len(found) == 0 {
			return server{}, noServer(unfit, nil)
		}
	}
	return choose(found, data)
}

func choose(found []server, data int) (server, error) {
	slices.SortStableFunc(found, func(a, b server) int { return b.major - a.major })
	if data == 0 {
		return found[0], nil
	}
	for _, s := range found {
		if s.major == data {
			return s, nil
		}
	}
	return server{}, wrongMajor(data, found)
}

// usualPlaces lists folders where distributions and installers put the server.
func usualPlaces(ctx context.Context) []string {
	var places []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			places = append(places, filepath.Dir(real))
		}
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		places = append(places, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",    // Debian, Ubuntu
		"/usr/pgsql-*/bin", "/usr/bin", // Fedora and its kin
		"/usr/libexec/postgresql*", "/usr/lib/postgresql*/bin", // Alpine, openSUSE
		"/usr/local/pgsql/bin", "/usr/local/bin",
		"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/opt/homebrew/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin",
		filepath.Join(downloadFolder(), "bin"),
	} {
		matches, _ := filepath.Glob(pattern)
		places = append(places, matches...)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// installed keeps the places that hold a usable server; unfit says for the
// others that hold one at all why it cannot be used.
func installed(ctx context.Context, places []string) (found []server, unfit []string) {
	for _, bin := range places {
		s := server{bin: bin}
		if !runnable(s.program("postgres")) || !runnable(s.program("initdb")) {
			continue
		}
		out, err := exec.CommandContext(ctx, s.program("postgres"), "--version").Output() //nolint:gosec // a place where servers live
		s.major = majorOf(string(out))
		switch {
		case err != nil || s.major == 0:
			unfit = append(unfit, bin+" holds a server that does not say its version")
		case s.major < oldestMajor:
			unfit = append(unfit, bin+" holds PostgreSQL "+strconv.Itoa(s.major)+"; Xueji needs "+strconv.Itoa(oldestMajor)+" or later")
		case !hasTree(ctx, s):
			unfit = append(unfit, bin+" holds PostgreSQL "+strconv.Itoa(s.major)+" without the extension ltree (package postgresql-contrib)")
		default:
			found = append(found, s)
		}
	}
	return found, unfit
}

func runnable(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && stat.Mode().IsRegular() && stat.Mode()&0o111 != 0
}

// majorOf reads "postgres (PostgreSQL) 15.14 (Debian …)"; 0 when it is not that.
func majorOf(version string) int {
	match := regexp.MustCompile(`\(PostgreSQL\) (\d+)`).FindStringSubmatch(version)
	if match == nil {
		return 0
	}
	major, _ := strconv.Atoi(match[1])
	return major
}

// hasTree reports whether the server can load ltree.
func hasTree(ctx context.Context, s server) bool {
	shares := []string{
		filepath.Join(s.bin, "../share"), filepath.Join(s.bin, "../share/postgresql"),
		"/usr/share/postgresql/" + strconv.Itoa(s.major), "/usr/share/pgsql",
	}
	if out, err := exec.CommandContext(ctx, s.program("pg_config"), "--sharedir").Output(); err == nil { //nolint:gosec // beside the server
		shares = append(shares, strings.TrimSpace(string(out)))
	}
	for _, share := range shares {
		if _, err := os.Stat(filepath.Join(share, "extension", "ltree.control")); err == nil {
			return true
		}
	}
	return false
}

// noServer says how to get a PostgreSQL server.
func noServer(unfit []string, cause error) *SetupError {
	var why error
	if len(unfit) > 0 {
		why = errors.New(strings.Join(unfit, "\n"))
	}
	return &SetupError{
		Problem: "No PostgreSQL server (version 14 or later, with the extension ltree) was found on this machine.",
		Remedy: "install one: on Debian or Ubuntu `sudo apt-get install postgresql postgresql-contrib`, " +
			"on Fedora `sudo dnf install postgresql-server postgresql-contrib`, on macOS `brew install postgresql@17`; " +
			"or set XUEJI_DATABASE_URL to a server that runs elsewhere.",
		Cause: errors.Join(why, cause),
	}
}
