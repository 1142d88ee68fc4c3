package main

import (
	"context"
	"io"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
)

// Whoever holds the address must not be mistaken for our own API: nothing is
// started or migrated, nobody logs in there.
func TestATakenAddressIsToldAtOnce(t *testing.T) {
	holder, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, holder.Close()) }()
	cfg := config.Config{Environment: config.Development, VarDir: t.TempDir(), HTTP: config.HTTP{Listen: holder.Addr().String()}}
	err = runTrial(context.Background(), cfg, io.Discard)
	require.ErrorContains(t, err, "stop the program that holds it")
	left, err := os.ReadDir(cfg.VarDir)
	require.NoError(t, err)
	require.Empty(t, left, "no server was started")
}

func TestAWildcardAddressIsReachedLocally(t *testing.T) {
	for listen, want := range map[string]string{
		"0.0.0.0:8080": "127.0.0.1:8080", "[::]:8080": "127.0.0.1:8080", ":8080": "127.0.0.1:8080", "192.168.1.5:80": "192.168.1.5:80",
	} {
		require.Equal(t, want, reachable(listen))
	}
}
