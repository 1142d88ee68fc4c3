package e2e_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/xueji/xueji/internal/e2e"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := e2e.RemoveProgram(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}
