package e2e

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// Main runs the tests of a package on whole stacks and ends the process; it is the TestMain
// of such a package.
func Main(m *testing.M) {
	flag.Parse()
	err := sideBySide()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := RemoveProgram(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// sideBySide lets more tests run at a time than there are cores, for these tests wait
// most of the time; but no more than one PostgreSQL server has connections for.
// Tests that stop a server or a worker, or measure how soon an answer comes, run alone.
// The flag -parallel overrides this number.
func sideBySide() error {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	return flag.Set("test.parallel", strconv.Itoa(min(runtime.GOMAXPROCS(0)+1, 6)))
}
