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
	"strings"
	"text/tabwriter"
	"time"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/demo"
	"github.com/xueji/xueji/models/calendar"
)

// welcome loads the demonstration province once the API answers, and tells
// where everything is. Its end is not the end of the trial.
func welcome(ctx context.Context, cfg config.Config, clock *calendar.Clock, out io.Writer) error {
	url := "http://" + reachable(cfg.HTTP.Listen)
	if err := answering(ctx, url+"/healthz"); err != nil {
		return ignoreEnd(ctx, err)
	}
	err := demo.Load(ctx, demo.Register{URL: url, Owner: cfg.Database.URL.Reveal(), Now: clock.Now()}, true)
	loaded := !errors.Is(err, demo.ErrOccupied)
	if err != nil && loaded {
		return ignoreEnd(ctx, err)
	}
	_, err = io.WriteString(out, greeting(cfg, url, clock, loaded))
	return err
}

// writeTrial leaves the settings of the running trial for the commands that run
// beside it: case, admin, policy, audit. The clock is among them.
func writeTrial(cfg config.Config) error {
	var b strings.Builder
	for _, pair := range [][2]string{
		{"XUEJI_VAR_DIR", cfg.VarDir}, {"XUEJI_KEYS_DIR", keysFolder(cfg)}, {"XUEJI_CLOCK_OFFSET", cfg.Clock.Offset.String()},
		{"XUEJI_DATABASE_URL", cfg.Database.URL.Reveal()}, {"XUEJI_DATABASE_APP_URL", cfg.Database.AppURL.Reveal()},
		{"XUEJI_DATABASE_WORKER_URL", cfg.Database.WorkerURL.Reveal()}, {"XUEJI_TEMPORAL_ADDRESS", cfg.Temporal.Address},
		{"XUEJI_TEMPORAL_NAMESPACE", cfg.Temporal.Namespace},
	} {
		if strings.HasSuffix(pair[0], "_DIR") {
			if whole, err := filepath.Abs(pair[1]); err == nil {
				pair[1] = whole
			}
		}
		_, _ = fmt.Fprintf(&b, "export %s='%s'\n", pair[0], strings.ReplaceAll(pair[1], "'", `'\''`)) // a Builder never fails
	}
	return os.WriteFile(trialFile(cfg), []byte(b.String()), 0o600)
}

func trialFile(cfg config.Config) string { return filepath.Join(cfg.VarDir, "trial.env") }

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
		return nil
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

// greeting is what stands on the screen when everything runs.
func greeting(cfg config.Config, url string, clock *calendar.Clock, loaded bool) string {
	var b strings.Builder
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format+"\n", args...) } // a Builder never fails
	line("")
	line("学籍 Xueji is running. Time here: %s", clock.Now().Format("2006-01-02 15:04"))
	line("")
	line("  API and its description  %s/docs", url)
	if cfg.Temporal.UIAddress != "" {
		line("  Temporal (workflows)     %s/namespaces/%s/workflows", strings.TrimSuffix(withScheme(cfg.Temporal.UIAddress), "/"), cfg.Temporal.Namespace)
	}
	line("  health, metrics          %s/readyz  %s/metrics", url, url)
	line("  data, log                %s, %s", cfg.VarDir, logFile(cfg))
	line("  keys                     %s", keysFolder(cfg))
	line("                           Back this folder up: without it the encrypted identity numbers are lost for ever.")
	line("  commands beside it       . %s && bin/xueji case explain CASE_NO", trialFile(cfg))
	line("")
	if loaded {
		line("  Demonstration logins 演示账号, all with the password %s", demo.Password)
		line("")
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, a := range demo.Accounts() {
			_, _ = fmt.Fprintf(table, "    %s\t%s\t%s\n", a.Login, a.Role, a.TitleEn+" "+a.Title)
		}
		_ = table.Flush()
		line("")
	} else {
		line("  This database has administrators of its own, so no demonstration accounts were added.")
		line("")
	}
	line("  Stop with Ctrl-C; the next start finds everything again.")
	line("")
	return b.String()
}

func withScheme(address string) string {
	if strings.Contains(address, "://") {
		return address
	}
	return "http://" + address
}

func keysFolder(cfg config.Config) string {
	if cfg.Keys.Dir != "" {
		return cfg.Keys.Dir
	}
	return filepath.Join(cfg.VarDir, "keys")
}
