package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

func newCalendarCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "calendar",
		Short: "Holidays of a year: show, check and load them",
		Long: "The holidays (节假日与调休) of the State Council's yearly notice, for the whole country. FILE is CSV in UTF-8 with the\n" +
			"columns date,kind,occasion: each day off, also on a weekend, as \"off\", each make-up working day as \"work\", the whole\n" +
			"year. Needs database.worker_url. What runs uses a new year at once; open steps get their deadlines anew.",
	}
	command.AddCommand(newCalendarShow(), newCalendarCheck(), newCalendarAdd())
	return command
}

func newCalendarShow() *cobra.Command {
	return &cobra.Command{
		Use: "show [YEAR]", Short: "Print what was loaded, or the days of a year in the form of a file", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			year := 0
			if len(args) == 1 {
				var err error
				if year, err = strconv.Atoi(args[0]); err != nil {
					return errors.New("YEAR is a number such as 2027")
				}
			}
			return withCalendar(cmd, func(tx *store.Tx) error {
				if year == 0 {
					return showCalendars(cmd, tx)
				}
				return showCalendar(cmd, tx, year)
			})
		},
	}
}

func showCalendars(cmd *cobra.Command, tx *store.Tx) error {
	list, err := policy.WorkdayVersions(tx)
	if err != nil {
		return err
	}
	var b strings.Builder
	first, last := tx.Workdays().Years()
	fmt.Fprintf(&b, "holidays are published for %d to %d; calendar %s\n", first, last, tx.Workdays().Version())
	for _, v := range list {
		fmt.Fprintf(&b, "version %d: %d, loaded %s, %s\n", v.Version, v.Year, v.CreatedAt.Format("2006-01-02 15:04"), v.Comment)
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), b.String())
	return err
}

func showCalendar(cmd *cobra.Command, tx *store.Tx, year int) error {
	first, last := tx.Workdays().Years()
	if year < first || year > last {
		_, err := fmt.Fprintf(cmd.ErrOrStderr(), "the holidays of %d are not published: only weekends count, deadlines in it are provisional\n", year)
		return err
	}
	table := csv.NewWriter(cmd.OutOrStdout())
	list := [][]string{{"date", "kind", "occasion"}}
	for _, d := range tx.Workdays().Year(year) {
		list = append(list, []string{d.Day.String(), strings.ToLower(string(d.Kind)), d.Occasion})
	}
	return table.WriteAll(list)
}

func newCalendarCheck() *cobra.Command {
	var year int
	command := &cobra.Command{
		Use: "check FILE", Short: "Tell what is wrong with a file, or which days would change; nothing is stored", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := readHolidays(args[0], year)
			if err != nil {
				return err
			}
			return withCalendar(cmd, func(tx *store.Tx) error {
				_, next, err := policy.CheckWorkdays(tx, n)
				if err != nil {
					return unlessSame(cmd, err)
				}
				var b strings.Builder
				for _, c := range tx.Workdays().Changes(next, year) {
					becomes := "a day off"
					if c.Works {
						becomes = "a working day"
					}
					fmt.Fprintf(&b, "%s %s becomes %s\n", c.Day, c.Day.Weekday(), becomes)
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%sthe file can be loaded\n", b.String())
				return err
			})
		},
	}
	yearFlag(command, &year)
	return command
}

func newCalendarAdd() *cobra.Command {
	var year int
	var reason string
	flags := &caseFlags{}
	command := &cobra.Command{
		Use: "add FILE", Short: "Load the holidays of a year; loading them again corrects them", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := readHolidays(args[0], year)
			if err != nil {
				return err
			}
			if n.Comment, err = argument("reason", reason); err != nil {
				return err
			}
			if length := len([]rune(n.Comment)); length < 2 || length > 500 {
				return errors.New("--reason is needed, with 500 characters at most: the notice the days are from, for example 国办发明电〔2026〕1号")
			}
			if n.Operator, err = flags.who(); err != nil {
				return err
			}
			var version int
			err = withCalendar(cmd, func(tx *store.Tx) (err error) {
				version, err = policy.AddWorkdays(tx, n)
				return err
			})
			if err != nil {
				return unlessSame(cmd, err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "holidays of %d, version %d; a worker computes open deadlines anew within a minute\n", year, version)
			return err
		},
	}
	yearFlag(command, &year)
	command.Flags().StringVar(&reason, "reason", "", "the notice the days are from; everybody can read it")
	command.Flags().StringVar(&flags.operator, "operator", "", "who you are, for the audit trail; your account on this computer when empty")
	return command
}

func yearFlag(command *cobra.Command, year *int) {
	command.Flags().IntVar(year, "year", 0, "the year of the notice, for example 2027")
	_ = command.MarkFlagRequired("year") // fails only for a flag that does not exist
}

func readHolidays(name string, year int) (n policy.NewWorkdays, err error) {
	file, err := os.Open(name)
	if err != nil {
		return n, err
	}
	defer func() { _ = file.Close() }()
	rows, err := calendar.ReadNotice(file)
	return policy.NewWorkdays{Year: year, Rows: rows, FirstRow: calendar.NoticeFirstRow}, err
}

// unlessSame puts a refusal into words. That the days are there already is success: a command
// may be typed twice.
func unlessSame(cmd *cobra.Command, err error) error {
	if refusal.CodeOf(err) != refusal.CalendarSame {
		return inWords(err)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), inWords(err))
	return err
}

// withCalendar opens the register as the worker and does one thing to its calendar.
func withCalendar(cmd *cobra.Command, fn func(*store.Tx) error) error {
	cfg, err := settings(cmd)
	if err != nil {
		return err
	}
	clock, err := service.Clock(cfg.Clock)
	if err != nil {
		return err
	}
	if err := service.CheckWorkerLogin(cmd.Context(), cfg); err != nil {
		return err
	}
	keys, err := secret.NewEphemeral()
	if err != nil {
		return err
	}
	base, err := calendar.Load()
	if err != nil {
		return err
	}
	register, err := store.Open(cmd.Context(), store.Options{DSN: cfg.Database.WorkerURL.Reveal(), MaxConns: 1, Clock: clock, Keys: keys, Workdays: base})
	if err != nil {
		return err
	}
	defer register.Close()
	return register.InScope(cmd.Context(), store.Scope{}, fn)
}
