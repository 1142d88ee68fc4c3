package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/keyring"
	"github.com/xueji/xueji/models/store"
)

func newKeysCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "keys",
		Short: "Make, rotate or check the keys of the register",
		Long: "All need database.url, the owner of the tables, and keys.dir. The register keeps the fingerprint of its keys, and every\n" +
			"process refuses other ones.",
	}
	command.AddCommand(newKeysCreateCommand(), newKeysRotateCommand(), newKeysCheckCommand())
	return command
}

func newKeysCreateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "create",
		Short: "Make the keys of a new register, or record the keys it has",
		Long: "Makes keys when the folder and the register are both empty. Keys that are there are recorded once they read what the\n" +
			"register holds. A register with secrets never gets new keys. Doing it again changes nothing.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, clock, err := timed(cmd)
			if err != nil {
				return err
			}
			keys, err := service.CreateKeys(cmd.Context(), cfg, clock)
			if err != nil {
				return err
			}
			did := "these keys are recorded"
			if keys.Created() {
				did = "new keys were made"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s in %s\nBack this folder up, apart from the database: without it every identity number is lost.\n", did, keys.Fingerprint(), keys.Dir())
			return err
		},
	}
}

func newKeysRotateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rotate",
		Short: "Give the register new keys and bring everything to them",
		Long: "First every row is encrypted and hashed anew; the register is shut meanwhile, and requests are answered 503. Then the\n" +
			"files follow, beside the service. It may be stopped at any time: run again it goes on where it stood. Processes that run\n" +
			"find the new keys by themselves when they share the key folder; copy it to other hosts as soon as the rows are done.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, clock, err := timed(cmd)
			if err != nil {
				return err
			}
			return rotateKeys(cmd.Context(), cfg, clock, cmd.OutOrStdout())
		},
	}
}

func rotateKeys(ctx context.Context, cfg config.Config, clock *calendar.Clock, out io.Writer) error {
	say := func(line string) { _, _ = fmt.Fprintln(out, line) }
	pace := newPace(say)
	err := service.RotateKeys(ctx, cfg, clock, service.KeysReport{
		Say:   say,
		Rows:  func(r keyring.RekeyProgress) { pace.tell(r.Place, r.Rows, r.Left) },
		Files: func(n files.Resealed) { pace.tell("files", n.Looked, 0) },
	})
	if ctx.Err() != nil {
		return errors.Join(errors.New("stopped; go on with: xueji keys rotate"), err)
	}
	return err
}

// pace says every few seconds how far something has come and how fast.
type pace struct {
	say   func(string)
	what  string
	began time.Time
	told  time.Time
}

func newPace(say func(string)) *pace { return &pace{say: say} }

func (p *pace) tell(what string, done, of int64) {
	now := time.Now() //nolint:forbidigo // how long work takes, not a time of the register
	if what != p.what {
		p.what, p.began, p.told = what, now, time.Time{}
	}
	if now.Sub(p.told) < 2*time.Second && (of == 0 || done < of) {
		return
	}
	p.told = now
	line := fmt.Sprintf("%s: %d", what, done)
	if of > 0 {
		line += fmt.Sprintf(" of %d", of)
	}
	if took := now.Sub(p.began).Seconds(); took > 1 {
		rate := float64(done) / took
		line += fmt.Sprintf(", %.0f a second", rate)
		if of > done && rate > 0 {
			line += fmt.Sprintf(", %s left", time.Duration(float64(of-done)/rate*float64(time.Second)).Round(time.Second))
		}
	}
	p.say(line)
}

func newKeysCheckCommand() *cobra.Command {
	var all bool
	command := &cobra.Command{
		Use:   "check",
		Short: "Compare the key folder with the register and read a sample of its secrets",
		Long: "Reads the oldest and the newest secrets of every table and some files, or all of them; it changes nothing and prints\n" +
			"counts, never a secret. The exit code says whether everything could be read.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, clock, err := timed(cmd)
			if err != nil {
				return err
			}
			pace := newPace(func(line string) { _, _ = fmt.Fprintln(cmd.ErrOrStderr(), line) })
			k, err := service.CheckKeys(cmd.Context(), cfg, clock, all, func(n files.Resealed) { pace.tell("files", n.Looked, 0) })
			if err != nil {
				return err
			}
			return printKeys(cmd.OutOrStdout(), k)
		},
	}
	command.Flags().BoolVar(&all, "all", false, "read everything instead of a sample")
	return command
}

func printKeys(out io.Writer, k service.KeysChecked) error {
	_, _ = fmt.Fprintf(out, "keys %s in %s", k.Fingerprint, k.Folder)
	switch {
	case !k.Known.Recorded():
		_, _ = fmt.Fprintln(out, ": not recorded in the register yet; run: xueji keys create")
	case k.Known.Phase == store.KeysFiles:
		_, _ = fmt.Fprintln(out, ": those of the register; a rotation is not finished, files still follow; run: xueji keys rotate")
	default:
		_, _ = fmt.Fprintln(out, ": those of the register")
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "place\tlooked at\tolder key\tunreadable\tnot found again")
	for _, r := range k.Rows {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\n", r.Place, r.Rows, r.Older, r.Unreadable, r.Mismatched)
	}
	_, _ = fmt.Fprintf(table, "files\t%d\t%d\t%d\t\n", k.Files.Looked, k.Files.Older, k.Files.Unreadable)
	if err := table.Flush(); err != nil {
		return err
	}
	if !k.Sound() {
		return errors.New("not everything can be read with these keys; look for an older backup of the key folder before anything else is written")
	}
	return nil
}
