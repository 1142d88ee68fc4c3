package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/demo"
	"github.com/xueji/xueji/models/calendar"
)

// welcome loads the demonstration province once the API answers, and tells
// where everything is. Its end is not the end of the trial.
func welcome(ctx context.Context, cfg config.Config, clock *calendar.Clock, open *demonstration, out io.Writer) error {
	url := "http://" + reachable(cfg.HTTP.Listen)
	if err := answering(ctx, url+"/healthz"); err != nil {
		return ignoreEnd(ctx, err)
	}
	register := demo.Register{URL: url, Owner: cfg.Database.URL.Reveal(), Now: clock.Now()}
	err := demo.Load(ctx, register, true)
	loaded := !errors.Is(err, demo.ErrOccupied)
	var changed []string
	if loaded {
		if err == nil {
			changed, err = demo.Changed(ctx, register)
		}
		if err != nil {
			return ignoreEnd(ctx, err)
		}
		open.told(changed)
	}
	_, err = io.WriteString(out, greeting(cfg, url, clock, loaded, changed))
	return err
}

// demonstration is the logins of the demonstration that its password opens, which a trial
// tells everybody once they are there.
type demonstration struct{ open atomic.Pointer[[]string] }

// told says that the demonstration is there; its password does not open the changed ones.
func (d *demonstration) told(changed []string) {
	open := []string{}
	for _, a := range demo.Accounts() {
		if !slices.Contains(changed, a.Login) {
			open = append(open, a.Login)
		}
	}
	d.open.Store(&open)
}

func (d *demonstration) logins() []string {
	if open := d.open.Load(); open != nil {
		return *open
	}
	return nil
}

// writeTrial leaves the settings of the running trial, as a settings file, for
// the commands that run beside it: case, admin, policy, audit. The clock is
// among them, and secrets, so only the own account may read it.
func writeTrial(cfg config.Config) error {
	at, err := filepath.Abs(cfg.VarDir)
	if err != nil {
		return err
	}
	keys, err := filepath.Abs(keysFolder(cfg))
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(map[string]any{
		"var_dir": at,
		"keys":    map[string]string{"dir": keys},
		"clock":   map[string]string{"offset": cfg.Clock.Offset.String(), "at": cfg.Clock.At},
		"database": map[string]string{
			"url": cfg.Database.URL.Reveal(), "app_url": cfg.Database.AppURL.Reveal(), "worker_url": cfg.Database.WorkerURL.Reveal(),
		},
		"temporal": map[string]string{"address": cfg.Temporal.Address, "namespace": cfg.Temporal.Namespace, "ui_address": cfg.Temporal.UIAddress},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(trialFile(cfg), text, 0o600)
}

func trialFile(cfg config.Config) string { return filepath.Join(cfg.VarDir, "trial.yaml") }

// trialLog writes the log of a trial to a file and shows warnings on the screen
// only: whoever tries the program out wants to find the logins there.
func trialLog(cfg config.Config, screen io.Writer) (*slog.Logger, func() error, error) {
	file, err := os.OpenFile(logFile(cfg), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	shown := config.Log{Level: max(cfg.Log.Level, slog.LevelWarn), Format: cfg.Log.Format}
	return slog.New(slog.NewMultiHandler(newLogger(shown, screen).Handler(), newLogger(cfg.Log, file).Handler())), file.Close, nil
}

func logFile(cfg config.Config) string { return filepath.Join(cfg.VarDir, "xueji.log") }

// ignoreEnd turns whatever failed because everything is being stopped into success.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the end was asked for
	}
	return err
}

// reachable is the address by which this computer reaches a listener.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// answering waits until an address answers with success.
func answering(ctx context.Context, address string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			if err := response.Body.Close(); err == nil && response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// greeting is what stands on the screen when everything runs; changed are the
// logins of the demonstration that its password does not open any more.
func greeting(cfg config.Config, url string, clock *calendar.Clock, loaded bool, changed []string) string {
	var b strings.Builder
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format+"\n", args...) } // a Builder never fails
	line("")
	line("学籍 Xueji is running. Time here: %s", clock.Now().Format("2006-01-02 15:04"))
	line("")
	line("  Open in a browser 用浏览器打开   %s", url)
	line("")
	line("  API and its description  %s/docs", url)
	if cfg.Temporal.UIAddress != "" {
		line("  Temporal (workflows)     %s", cfg.Temporal.UI())
	}
	line("  health, metrics          %s/readyz  %s/metrics", url, url)
	line("  data, log                %s, %s", cfg.VarDir, logFile(cfg))
	line("  keys                     %s", keysFolder(cfg))
	line("                           Back this folder up: without it the encrypted identity numbers are lost for ever.")
	line("  commands beside it       bin/xueji --config %s case explain CASE_NO", trialFile(cfg))
	line("")
	if loaded {
		line("  Demonstration logins 演示账号, all with the password %s", demo.Password)
		line("")
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, a := range demo.Accounts() {
			title := a.TitleEn + " " + a.Title
			if slices.Contains(changed, a.Login) {
				title += " (another password 密码已改)"
			}
			_, _ = fmt.Fprintf(table, "    %s\t%s\t%s\n", a.Login, a.Role, title)
		}
		_ = table.Flush()
		line("")
		if len(changed) > 0 {
			line("  Somebody changed the password of %s, or closed it: the password above does not open it.", strings.Join(changed, ", "))
			line("  What of the demonstration needs these people and was not there yet was left out. 以上账号密码已改或已停用。")
			line("")
		}
	} else {
		line("  This database has administrators of its own, so no demonstration accounts were added.")
		line("")
	}
	line("  Stop with Ctrl-C; the next start finds everything again.")
	line("")
	return b.String()
}

func keysFolder(cfg config.Config) string {
	if cfg.Keys.Dir != "" {
		return cfg.Keys.Dir
	}
	return filepath.Join(cfg.VarDir, "keys")
}
