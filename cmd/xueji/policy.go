package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/service"
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
			policy, err := known.Overlay(1, text)
			if err != nil {
				return err
			}
			for _, kind := range known.Kinds() {
				for _, stage := range []org.Stage{org.Primary, org.Junior, org.Senior} {
					d, _ := known.Define(kind, stage, policy)
					if !d.Allows(stage) {
						continue
					}
					if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%-16s %-8s", kind, stage); err != nil {
						return err
					}
					for _, step := range d.Steps {
						if _, err := fmt.Fprintf(cmd.OutOrStdout(), " → %s (%s, %s)", step.Name, step.Role, step.Term); err != nil {
							return err
						}
					}
					if _, err := fmt.Fprintln(cmd.OutOrStdout()); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
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
			if cfg.Database.URL == "" {
				return errors.New("database.url is not set; name the role that owns the tables, for example with XUEJI_DATABASE_URL")
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
			clock, err := service.Clock(cfg.Clock)
			if err != nil {
				return err
			}
			version, err := store.AddPolicy(cmd.Context(), cfg.Database.URL.Reveal(), province, day, text, known, clock.Now())
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
