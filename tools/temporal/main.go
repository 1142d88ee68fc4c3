// Command temporal is the Temporal of a trial and of the tests: the server with all
// its services and its web interface in one process, on databases of a PostgreSQL
// server that exists already. It makes and upgrades its own tables. It listens on
// 127.0.0.1 only and asks nobody on the network for anything.
//
//	temporal serve --port 7233 --ui-port 8233 --database temporal --visibility temporal_visibility
//	temporal schema --database temporal --visibility temporal_visibility
//	temporal version
//
// TEMPORAL_STORE_URL names the PostgreSQL server, the role and its password; a
// command line can be read by everybody on the machine, an environment cannot.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	ui "github.com/temporalio/ui-server/v2/server/version"
	"go.temporal.io/server/common/headers"
)

// revision counts what changes between this program and whoever starts it. A
// program that was built from an older source is told by it and built anew.
const revision = 1

// stopTime is how long an orderly end may take. What was acknowledged is in
// PostgreSQL before, so a process that ends later loses nothing.
const stopTime = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Getenv("TEMPORAL_STORE_URL"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "temporal:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer, storeURL string) error {
	if len(args) == 0 {
		return errors.New("say what to do: serve, schema or version")
	}
	var o options
	flags := flag.NewFlagSet("temporal "+args[0], flag.ContinueOnError)
	flags.StringVar(&o.store.database, "database", "temporal", "database of the workflows")
	flags.StringVar(&o.store.visibility, "visibility", "temporal_visibility", "database of the lists of workflows")
	flags.IntVar(&o.port, "port", 7233, "port of the gRPC service")
	flags.IntVar(&o.uiPort, "ui-port", 0, "port of the web interface; 0 serves none")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	switch args[0] {
	case "version":
		_, err := fmt.Fprintf(out, "temporal (Server %s, UI %s, revision %d)\n", headers.ServerVersion, ui.UIVersion, revision)
		return err
	case "schema", "serve":
		if err := o.store.parse(storeURL); err != nil {
			return err
		}
		if err := o.store.upgrade(ctx); err != nil {
			return err
		}
		if args[0] == "schema" {
			return nil
		}
		return serve(ctx, o)
	}
	return fmt.Errorf("unknown command %q: serve, schema or version", args[0])
}
