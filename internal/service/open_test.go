package service_test

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/secret"
)

// A database that does not answer is an error with a sentence, for every part.
func TestADatabaseThatIsDownIsToldNotPanicked(t *testing.T) {
	const nobody = "postgres://xueji_app@127.0.0.1:1/xueji"
	dir := t.TempDir()
	_, err := secret.Create(filepath.Join(dir, "keys"), nil)
	require.NoError(t, err)
	cfg := config.Config{VarDir: dir, Database: config.Database{AppURL: nobody, WorkerURL: nobody}}
	clock, log := calendar.NewClock(0), slog.New(slog.NewTextHandler(io.Discard, nil))
	_, err = service.OpenAPI(t.Context(), cfg, clock, log, nil)
	require.ErrorContains(t, err, "connect to the database")
	_, err = service.OpenWorker(t.Context(), cfg, clock, log, nil)
	require.ErrorContains(t, err, "connect to the database")
	_, err = service.OpenOperator(t.Context(), cfg, clock, log)
	require.ErrorContains(t, err, "connect to the database")
}
