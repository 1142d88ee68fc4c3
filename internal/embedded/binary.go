package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The pinned Temporal. tools/go.mod says the same, and a test compares them.
const (
	// TemporalServerVersion is the version of the server in the program of tools/temporal.
	TemporalServerVersion = "1.32.1"
	// TemporalUIVersion is the version of the web interface in it.
	TemporalUIVersion = "2.54.0"
	// temporalRevision is what that program calls its own way of being started.
	temporalRevision = 1
)

// findTemporal gives the pinned Temporal program: the named one, else the one built
// in the checkout, beside this program or on PATH, else it is built now.
func findTemporal(ctx context.Context, named string, say func(string)) (string, error) {
	if named != "" {
		if !pinnedTemporal(ctx, named) {
			return "", &SetupError{
				Problem: fmt.Sprintf("%s is not the program of tools/temporal with server %s.", named, TemporalServerVersion),
				Remedy:  "leave the setting empty to have the right one built, or name one of that version.",
			}
		}
		return filepath.Abs(named)
	}
	root := Checkout()
	for _, place := range temporalPlaces(root) {
		if pinnedTemporal(ctx, place) {
			return place, nil
		}
	}
	if root == "" {
		return "", noTemporal(nil)
	}
	return buildTemporal(ctx, root, say)
}

func temporalPlaces(root string) []string {
	var places []string
	if root != "" {
		places = append(places, filepath.Join(root, "bin", "temporal"))
	}
	if self, err := os.Executable(); err == nil {
		places = append(places, filepath.Join(filepath.Dir(self), "temporal"), filepath.Join(filepath.Dir(self), "bin", "temporal"))
	}
	if path, err := exec.LookPath("temporal"); err == nil {
		if abs, err := filepath.Abs(path); err == nil {
			places = append(places, abs)
		}
	}
	return places
}

// pinnedTemporal asks a binary which servers it holds, and how it wants to be started.
func pinnedTemporal(ctx context.Context, path string) bool {
	if !runnable(path) {
		return false
	}
	out, err := exec.CommandContext(ctx, path, "version").Output()
	want := fmt.Sprintf("(Server %s, UI %s, revision %d)", TemporalServerVersion, TemporalUIVersion, temporalRevision)
	return err == nil && strings.Contains(string(out), want)
}

// Checkout finds the folder of Xueji's source around the working directory,
// empty when the program runs elsewhere.
func Checkout() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module github.com/xueji/xueji\n") {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// buildTemporal builds the program of tools/temporal into bin/. Processes that
// start together build once: the others wait for the lock and find the result.
func buildTemporal(ctx context.Context, root string, say func(string)) (string, error) {
	target := filepath.Join(root, "bin", "temporal")
	goTool, err := exec.LookPath("go")
	if err != nil {
		if goTool = "/usr/local/go/bin/go"; !runnable(goTool) {
			return "", noTemporal(errors.New("the go command was not found"))
		}
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil { //nolint:gosec // programs are for everybody
		return "", noTemporal(err)
	}
	lock, err := waitLock(ctx, filepath.Join(root, "bin", ".temporal.lock"))
	if err != nil {
		return "", noTemporal(err)
	}
	defer func() { _ = lock.Close() }()
	if pinnedTemporal(ctx, target) {
		return target, nil
	}
	say("first run: building the Temporal server, takes a few minutes")
	fresh := target + ".new"
	cmd := exec.CommandContext(ctx, goTool, "-C", filepath.Join(root, "tools"), "build", "-buildvcs=false", //nolint:gosec // our own tools module
		"-ldflags", "-s -w", "-o", fresh, "./temporal")
	cmd.Env = append(cmd.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", noTemporal(errors.Join(err, lastLines(string(out))))
	}
	if err := os.Rename(fresh, target); err != nil {
		return "", noTemporal(err)
	}
	if !pinnedTemporal(ctx, target) {
		return "", noTemporal(fmt.Errorf("what was built is not server %s", TemporalServerVersion))
	}
	return target, nil
}

func noTemporal(cause error) *SetupError {
	return &SetupError{
		Problem: "The Temporal server (" + TemporalServerVersion + ", the program of tools/temporal) is not on this machine and could not be built.",
		Remedy: "in a checkout of Xueji with Go and the network, run `make tools`; or put the program that was built elsewhere beside this one; " +
			"or set XUEJI_TEMPORAL_ADDRESS to a server that runs elsewhere.",
		Cause: cause,
	}
}
