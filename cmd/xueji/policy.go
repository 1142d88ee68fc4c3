package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
)

func newPolicyCommand() *cobra.Command {
	command := &cobra.Command{Use: "policy", Short: "Rules of a province: check and add versions"}
	command.AddCommand(newPolicyAddCommand(), newPolicyCheckCommand())
	return command
}

func newPolicyCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Check a policy file and show the chains that would run under it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			known, err := process.Load()
			if err != nil {
				return err
			}
			if err := policy.CheckFile(known, text); err != nil {
				return err
			}
			rules, err := known.Overlay(1, text)
			if err != nil {
				return err
			}
			return showChains(cmd.OutOrStdout(), known, rules)
		},
	}
}

// showChains prints every chain that would run under a policy, routes apart.
func showChains(out io.Writer, known *process.Catalogue, policy process.Policy) error {
	var list []error
	line := func(kind process.Kind, where string, steps []process.Step) {
		_, err := fmt.Fprintf(out, "%-18s %-22s", kind, where)
		list = append(list, err)
		for _, step := range steps {
			who := string(step.Role)
			if step.Act != "" {
				who = "the system"
			}
			_, err := fmt.Fprintf(out, " → %s (%s, %s)", step.Name, who, step.Term)
			list = append(list, err)
		}
		_, err = fmt.Fprintln(out)
		list = append(list, err)
	}
	for _, kind := range known.Kinds() {
		for _, stage := range []org.Stage{org.Primary, org.Junior, org.Senior} {
			d, _ := known.Define(kind, stage, policy)
			if !d.Allows(stage) {
				continue
			}
			for _, c := range d.Chains() {
				where := string(stage)
				if c.Route != "" {
					where = string(c.Route) + "/" + where
				}
				line(kind, where, c.Steps)
			}
		}
	}
	return errors.Join(list...)
}

func newPolicyAddCommand() *cobra.Command {
	var province, from string
	add := &cobra.Command{
		Use:   "add FILE",
		Short: "Add a version of a province's policy; running changes keep theirs",
		Long:  "Needs database.url, the owner of the tables. FILE holds only what differs from the built-in default.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			clock, err := ownedClock(cfg)
			if err != nil {
				return err
			}
			day, err := calendar.ParseDate(from)
			if err != nil {
				return fmt.Errorf("--from takes a day such as 2026-12-01: %w", err)
			}
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			known, err := process.Load()
			if err != nil {
				return err
			}
			version, err := policy.AddAsOwner(cmd.Context(), cfg.Database.URL.Reveal(), province, day, text, known, clock.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "province %s, version %d, for changes filed from %s on\n", province, version, day)
			return err
		},
	}
	add.Flags().StringVar(&province, "province", "", "division code of the province, for example 520000")
	add.Flags().StringVar(&from, "from", "", "first day on which the version counts")
	_ = add.MarkFlagRequired("province") // fails only for a flag that does not exist
	_ = add.MarkFlagRequired("from")
	return add
}
