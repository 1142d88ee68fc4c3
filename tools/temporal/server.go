package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

const (
	localhost = "127.0.0.1"
	// shards of the history, fixed for the life of the databases: enough for one
	// computer. Production has 512.
	shards = 4
	// clusterName is what Temporal calls this server in its own tables.
	clusterName = "active"
)

type options struct {
	store        store
	port, uiPort int
}

// serve runs the server until ctx ends.
func serve(ctx context.Context, o options) error {
	server, err := newServer(o)
	if err != nil {
		return err
	}
	web, ended := newWeb(o), make(chan error, 1)
	if web != nil {
		go func() { ended <- web.Start() }() // it asks the server only when somebody asks it
	}
	if err := server.Start(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case err = <-ended:
		err = errors.Join(errors.New("the web interface ended by itself"), err)
	}
	stopped := make(chan error, 1)
	go func() {
		if web != nil {
			web.Stop()
		}
		stopped <- server.Stop()
	}()
	select {
	case stopErr := <-stopped:
		return errors.Join(err, stopErr)
	case <-time.After(stopTime):
		return errors.Join(err, errors.New("did not stop in time; what was acknowledged is in PostgreSQL"))
	}
}

func newServer(o options) (temporal.Server, error) {
	c, err := o.config()
	if err != nil {
		return nil, err
	}
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: "error"}))
	hosts := make(map[primitives.ServiceName]static.Hosts, len(c.Services))
	for name, service := range c.Services {
		hosts[primitives.ServiceName(name)] = static.SingleLocalHost(address(service.RPC.GRPCPort))
	}
	return temporal.NewServer(
		temporal.WithConfig(c),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
		temporal.WithDynamicConfigClient(dynamicconfig.StaticClient(dynamic())),
	)
}

// dynamic is what differs from production, where many hosts share the work.
func dynamic() map[dynamicconfig.Key]any {
	return map[dynamicconfig.Key]any{
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                 8096,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():                    10000,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                     45000,
		// A namespace that was made just now is known everywhere this much later.
		dynamicconfig.NamespaceCacheRefreshInterval.Key(): 500 * time.Millisecond,
		// A search attribute is known as soon as it was added: a change may start at once.
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		// It would tell the maker's server on the Internet that this one exists.
		dynamicconfig.EnableServerVersionCheck.Key(): false,
	}
}

func (o options) config() (*config.Config, error) {
	c := &config.Config{
		Global: config.Global{Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: localhost}},
		Persistence: config.Persistence{
			DefaultStore: "default", VisibilityStore: "visibility", NumHistoryShards: shards,
			DataStores: map[string]config.DataStore{
				"default": o.store.config(o.store.database), "visibility": o.store.config(o.store.visibility),
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address(o.port)},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        config.PublicClient{HostPort: address(o.port)},
		Services:            make(map[string]config.Service),
	}
	c.Archival.History.State, c.Archival.Visibility.State = config.ArchivalDisabled, config.ArchivalDisabled
	c.NamespaceDefaults.Archival.History.State = config.ArchivalDisabled
	c.NamespaceDefaults.Archival.Visibility.State = config.ArchivalDisabled
	for _, name := range temporal.DefaultServices {
		port := o.port
		if name != string(primitives.FrontendService) {
			var err error
			if port, err = freePort(); err != nil {
				return nil, err
			}
		}
		c.Services[name] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: localhost}}
	}
	return c, nil
}

// newWeb makes the web interface, nil without a port.
func newWeb(o options) *uiserver.Server {
	if o.uiPort == 0 {
		return nil
	}
	return uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host: localhost, Port: o.uiPort, TemporalGRPCAddress: address(o.port),
		EnableUI: true, HideLogs: true, DisableNewsFetch: true,
		CORS: uiconfig.CORS{CookieInsecure: true}, // plain HTTP, on this computer
	}))
}

func address(port int) string { return net.JoinHostPort(localhost, strconv.Itoa(port)) }

// freePort finds a port for a service that only this process talks to.
func freePort() (int, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, fmt.Errorf("no free port on %s: %w", localhost, err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.Join(errors.New("a TCP listener without a TCP address"), listener.Close())
	}
	return address.Port, listener.Close()
}
