package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// listeners gives the addresses a process listens on, as the kernel writes them.
func listeners(t *testing.T, pid int) []string {
	t.Helper()
	sockets, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(t, err)
	own := make(map[string]bool)
	for _, socket := range sockets {
		if target, err := os.Readlink(socket); err == nil {
			own[strings.TrimSuffix(strings.TrimPrefix(target, "socket:["), "]")] = true
		}
	}
	var found []string
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			const listening = "0A"
			if f := strings.Fields(line); len(f) > 9 && f[3] == listening && own[f[9]] {
				found = append(found, f[1])
			}
		}
	}
	return found
}

func TestTemporalListensOnThisComputerOnly(t *testing.T) {
	t.Parallel()
	options := forTemporal(t)
	options.UI = true
	server, err := StartTemporal(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(server.Kill)
	found := listeners(t, server.Pid())
	require.GreaterOrEqual(t, len(found), 5, "four services and the web interface")
	for _, address := range found {
		require.True(t, strings.HasPrefix(address, "0100007F:"), "listens on %s", address) // 127.0.0.1
	}
}
