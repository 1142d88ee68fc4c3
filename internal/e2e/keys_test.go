package e2e_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/keyring"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

// A process without the register's keys does not start, makes none, and says which
// keys are wanted, which are there and where.
func TestOtherKeysAreRefused(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{NoWorker: true})
	s.Named(s.County(), 2024, simulator.Matches)
	start := map[string]func(config.Config) error{
		"api": func(cfg config.Config) error {
			_, err := service.OpenAPI(t.Context(), cfg, s.Clock, s.Logger(), nil)
			return err
		},
		"worker": func(cfg config.Config) error {
			_, err := service.OpenWorker(t.Context(), cfg, s.Clock, s.Logger(), nil)
			return err
		},
		"keys create": func(cfg config.Config) error {
			_, err := service.CreateKeys(t.Context(), cfg, s.Clock)
			return err
		},
		"keys check": func(cfg config.Config) error {
			_, err := service.CheckKeys(t.Context(), cfg, s.Clock, false, func(files.Resealed) {})
			return err
		},
		"keys rotate": func(cfg config.Config) error { return service.RotateKeys(t.Context(), cfg, s.Clock, silent()) },
	}
	other, err := secret.Create(filepath.Join(t.TempDir(), "other"), nil)
	require.NoError(t, err)
	for name, open := range start {
		cfg := s.Config
		cfg.Keys.Dir = filepath.Join(t.TempDir(), "lost")
		err := open(cfg)
		require.ErrorContains(t, err, cfg.Keys.Dir, name)
		require.NoDirExists(t, cfg.Keys.Dir, "%s makes no keys for a register that has secrets", name)

		cfg.Keys.Dir = other.Dir()
		err = open(cfg)
		require.ErrorIs(t, err, store.ErrOtherKeys, name)
		for _, told := range []string{s.Keys().Fingerprint(), other.Fingerprint(), other.Dir(), "restore the backup"} {
			require.ErrorContains(t, err, told, name)
		}
	}
	// A register of before migration 67 does not know its keys: they are recorded only once they read what it holds.
	s.Legacy(`DELETE FROM keyring`)
	cfg := s.Config
	require.ErrorContains(t, start["api"](cfg), "xueji keys create")
	cfg.Keys.Dir = other.Dir()
	require.ErrorIs(t, start["keys create"](cfg), store.ErrOtherKeys)
	cfg.Keys.Dir = filepath.Join(t.TempDir(), "lost")
	require.ErrorContains(t, start["keys create"](cfg), "restore the backup")
	require.NoError(t, start["keys create"](s.Config))
	require.NoError(t, start["keys check"](s.Config))
}

func silent() service.KeysReport {
	return service.KeysReport{Say: func(string) {}, Rows: func(keyring.RekeyProgress) {}, Files: func(files.Resealed) {}}
}

// A full register with running changes gets new keys while API and worker run: cut
// off in the middle and gone on with, two at once, and everything is found again.
func TestKeysRotateOnAFullRegister(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil, moving := s.Named(c, 2024, simulator.Matches), s.Named(c, 2024, simulator.Matches)
	card, birth := newCard(s, simulator.Matches)
	body := c.Registrar.KeyDataBody(pupil.ID, map[string]string{"id_number": card, "birth_date": birth})
	key := uuid.NewString()
	filed := s.Call(c.Registrar.Token, http.MethodPost, "/v1/changes", body, key)
	require.Equal(t, http.StatusCreated, filed.Status, string(filed.Raw))
	change := filed.Text("id")
	s.Stage(change, "LEADER_REVIEW")
	to := s.CountyOf("520103", "2152000456", "云岩区示例小学")
	transfer := to.Registrar.File(to.Registrar.TransferBody(moving, to.Class[2024]))
	paper := c.Registrar.Evidence()
	before := s.Keys()
	old := ringCopy(t, before)

	cfg := s.Config
	cfg.HTTP.ReadTimeout, cfg.HTTP.WriteTimeout = 0, 0 // no upload of this test is under way
	ctx, cut := context.WithCancel(t.Context())
	report := silent()
	report.Rows = func(r keyring.RekeyProgress) {
		if r.Place != "guardian" {
			return
		}
		refused := c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "")
		require.Equal(t, http.StatusServiceUnavailable, refused.Status, string(refused.Raw))
		require.Equal(t, "keys_rotating", refused.Text("code"))
		require.ErrorIs(t, service.RotateKeys(t.Context(), cfg, s.Clock, silent()), keyring.ErrRotating)
		cut()
	}
	require.ErrorIs(t, service.RotateKeys(ctx, cfg, s.Clock, report), context.Canceled)
	_, err := service.OpenAPI(t.Context(), cfg, s.Clock, s.Logger(), nil)
	require.ErrorIs(t, err, store.ErrRekeying)
	require.ErrorContains(t, err, "xueji keys rotate")

	require.NoError(t, service.RotateKeys(t.Context(), cfg, s.Clock, silent()), "it goes on where it stood")
	after := s.Keys()
	require.NotEqual(t, old.Fingerprint(), after.Fingerprint())
	checked, err := service.CheckKeys(t.Context(), cfg, s.Clock, true, func(files.Resealed) {})
	require.NoError(t, err)
	require.True(t, checked.Sound(), "%+v", checked)
	require.Positive(t, checked.Files.Looked)
	require.Zero(t, checked.Files.Older)
	for _, r := range checked.Rows {
		require.Zero(t, r.Older, r.Place)
	}
	_, err = old.Decrypt("student.id_number/"+pupil.ID.String(), e2e.Value[[]byte](s, `SELECT id_cipher FROM student WHERE id = $1`, pupil.ID))
	require.ErrorIs(t, err, secret.ErrUnreadable, "the old keys open nothing any more")
	require.Equal(t, after.Hash("identity", pupil.Card), e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, pupil.ID))

	ready := s.Call("", http.MethodGet, "/readyz", nil, "")
	require.Equal(t, "ok", ready.Text("parts.keys"), string(ready.Raw))
	// The running API has found the new keys: the same request, the same pupil, the same
	// slot, the same paper.
	again := s.Call(c.Registrar.Token, http.MethodPost, "/v1/changes", body, key)
	require.Equal(t, change, again.Text("id"), string(again.Raw))
	found := c.Registrar.Do(http.MethodPost, "/v1/students/search", map[string]any{"id_number": pupil.Card}, "")
	require.Contains(t, string(found.Raw), pupil.ID.String())
	third := s.Named(c, 2024, simulator.Matches)
	held := c.Registrar.Do(http.MethodPost, "/v1/changes", c.Registrar.KeyDataBody(third.ID, map[string]string{"id_number": card, "birth_date": birth}), uuid.NewString())
	require.Equal(t, http.StatusConflict, held.Status, "the number is still spoken for: %s", held.Raw)
	require.Equal(t, http.StatusOK, c.Registrar.Do(http.MethodGet, "/v1/evidence/"+paper+"/content", nil, "").Status)
	for _, person := range []*e2e.Person{c.Leader, c.Reviewer} {
		person.Approve(change)
	}
	require.Equal(t, after.Hash("identity", card), e2e.Value[[]byte](s, `SELECT id_hash FROM student WHERE id = $1`, pupil.ID))
	to.Leader.Approve(transfer)
	to.Reviewer.Approve(transfer)
	s.Stage(transfer, "RELEASING_REVIEW")
	require.NoError(t, service.RotateKeys(t.Context(), cfg, s.Clock, silent()), "and once more")
}

// ringCopy keeps what a keyring was.
func ringCopy(t *testing.T, ring *secret.Keyring) *secret.Keyring {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.Mkdir(dir, 0o700))
	text, err := os.ReadFile(filepath.Join(ring.Dir(), "keyring.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "keyring.json"), text, 0o600))
	kept, err := secret.Open(dir)
	require.NoError(t, err)
	return kept
}

// Without a worker people can file: a load balancer must not take the API out. While the
// keys are rotated nobody can, and it must.
func TestReadinessSaysWhoCanWork(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{NoWorker: true})
	c := s.County()
	ready := s.Call("", http.MethodGet, "/readyz", nil, "")
	require.Equal(t, http.StatusOK, ready.Status, string(ready.Raw))
	require.Equal(t, "degraded", ready.Text("status"))
	require.Equal(t, "down", ready.Text("parts.worker"))
	c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.StartWorker()
	s.Eventually("everything answers", 20*time.Second, func() bool { return s.Call("", http.MethodGet, "/readyz", nil, "").Text("status") == "ok" })
	cfg, report, asked := s.Config, silent(), 0
	cfg.HTTP.ReadTimeout, cfg.HTTP.WriteTimeout = 0, 0 // no upload of this test is under way
	report.Rows = func(keyring.RekeyProgress) {
		asked++
		ready = s.Call("", http.MethodGet, "/readyz", nil, "")
		require.Equal(t, http.StatusServiceUnavailable, ready.Status)
		require.Equal(t, "down", ready.Text("parts.keys"))
	}
	require.NoError(t, service.RotateKeys(t.Context(), cfg, s.Clock, report))
	require.Positive(t, asked)
	s.Eventually("everything answers again", 20*time.Second, func() bool { return s.Call("", http.MethodGet, "/readyz", nil, "").Text("status") == "ok" })
}
