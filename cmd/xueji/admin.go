package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/api"
	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

func newAdminCommand() *cobra.Command {
	command := &cobra.Command{Use: "admin", Short: "Let the first person in"}
	var login, name string
	var another bool
	create := &cobra.Command{
		Use:   "create",
		Short: "Create the national system administrator and print the temporary password once",
		Long: "Needs database.url, the owner of the tables. The password must be changed at the first login.\n" +
			"When there is an administrator already, that one creates the others; --another is for a lost password.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			return createAdmin(cmd.Context(), cfg, login, name, another, cmd.OutOrStdout())
		},
	}
	create.Flags().StringVar(&login, "login", "", "login of the administrator: 3 to 64 letters, digits or _.@-")
	create.Flags().StringVar(&name, "name", "系统管理员", "name of the person")
	create.Flags().BoolVar(&another, "another", false, "create one more although there is one")
	_ = create.MarkFlagRequired("login") // fails only for a flag that does not exist
	command.AddCommand(create)
	return command
}

func createAdmin(ctx context.Context, cfg config.Config, login, name string, another bool, out io.Writer) error {
	clock, err := ownedClock(cfg)
	if err != nil {
		return err
	}
	name, err = argument("name", name)
	if err != nil {
		return err
	}
	if !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.@-]{2,63}$`).MatchString(login) || name == "" {
		return errors.New("--login takes 3 to 64 letters, digits or _.@-, beginning with a letter; --name must not be empty")
	}
	password, err := account.CreateFirstAdmin(ctx, cfg.Database.URL.Reveal(), login, name, another, clock.Now())
	if err != nil {
		return inWords(err)
	}
	_, err = fmt.Fprintf(out, "login              %s\ntemporary password %s\nIt is shown only now and must be changed at the first login.\n", account.NormalLogin(login), password)
	return err
}

// ownedClock gives the clock of a command that writes as the owner of the tables; it
// refuses where nobody says who that is.
func ownedClock(cfg config.Config) (*calendar.Clock, error) {
	if cfg.Database.URL == "" {
		return nil, errors.New("database.url is not set; name the role that owns the tables, for example with XUEJI_DATABASE_URL")
	}
	return service.Clock(cfg.Clock)
}

// inWords puts a refusal, and what was found with it, into English and Chinese sentences
// for the terminal.
func inWords(err error) error {
	var e *refusal.Error
	if !errors.As(err, &e) {
		return err
	}
	catalogue, loadErr := refusal.LoadCatalogue()
	if loadErr != nil {
		return errors.Join(err, loadErr)
	}
	var lines []string
	for _, one := range e.All() {
		lines = append(lines, catalogue.Sentence(one, refusal.English), catalogue.Sentence(one, refusal.Chinese))
	}
	return errors.New(strings.Join(lines, "\n"))
}

func newAuditCommand() *cobra.Command {
	command := &cobra.Command{Use: "audit", Short: "Prove that the audit trail was not touched"}
	head := &cobra.Command{
		Use:   "head",
		Short: "Print the heads of the chains; keep them outside this system",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withAudit(cmd, func(tx *store.Tx) error {
				heads, err := tx.AuditHeads()
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), heads)
			})
		},
	}
	var exported string
	verify := &cobra.Command{
		Use:   "verify",
		Short: "Compute every hash again and compare, also with heads exported earlier",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			heads, err := readHeads(exported)
			if err != nil {
				return err
			}
			return withAudit(cmd, func(tx *store.Tx) error { return verifyAudit(tx, heads, cmd.OutOrStdout()) })
		},
	}
	verify.Flags().StringVar(&exported, "heads", "", "file with heads printed by \"xueji audit head\"")
	command.AddCommand(head, verify)
	return command
}

func verifyAudit(tx *store.Tx, heads []store.AuditHead, out io.Writer) error {
	report, err := tx.VerifyAudit(heads)
	if err != nil {
		return err
	}
	if err := printJSON(out, report); err != nil {
		return err
	}
	if len(report.Faults) > 0 {
		return fmt.Errorf("the audit trail was touched: %d faults", len(report.Faults))
	}
	return nil
}

func readHeads(name string) ([]store.AuditHead, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the exported heads: %w", err)
	}
	var heads []store.AuditHead
	if err := json.Unmarshal(text, &heads); err != nil {
		return nil, fmt.Errorf("the file %s does not hold heads printed by \"xueji audit head\": %w", name, err)
	}
	return heads, nil
}

// withAudit opens the register as the worker role, which may read the seals.
// The trail holds no secret, so the keys of the register are not needed.
func withAudit(cmd *cobra.Command, fn func(*store.Tx) error) error {
	cfg, err := settings(cmd)
	if err != nil {
		return err
	}
	clock, err := service.Clock(cfg.Clock)
	if err != nil {
		return err
	}
	keys, err := secret.NewEphemeral()
	if err != nil {
		return err
	}
	if err := service.CheckWorkerLogin(cmd.Context(), cfg); err != nil {
		return err
	}
	register, err := store.Open(cmd.Context(), store.Options{DSN: cfg.Database.WorkerURL.Reveal(), MaxConns: 1, Clock: clock, Keys: keys})
	if err != nil {
		return err
	}
	defer register.Close()
	return register.InScope(cmd.Context(), store.Scope{}, fn)
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// newDescribeCommand writes the API description; "go generate ./api" runs it.
func newDescribeCommand() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "describe",
		Short: "Write the OpenAPI description of this version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := api.Spec()
			if err != nil {
				return err
			}
			if output == "" {
				_, err = cmd.OutOrStdout().Write(text)
				return err
			}
			return os.WriteFile(output, text, 0o644) //nolint:gosec // a public document of the repository
		},
	}
	command.Flags().StringVar(&output, "output", "", "file to write; standard output when empty")
	return command
}
