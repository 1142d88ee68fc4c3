package main

import (
	"errors"
	"net/url"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
)

// connections is how many connections each of the four services may hold to each
// database. Together they stay below what the trial's cluster grants.
const connections = 16

// store is where Temporal keeps everything: two databases of one PostgreSQL server.
type store struct {
	server               *url.URL // with role and password
	database, visibility string
}

func (s *store) parse(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" || u.Host == "" || u.User == nil {
		return errors.New("TEMPORAL_STORE_URL must name a PostgreSQL server: postgres://role:password@127.0.0.1:5432")
	}
	s.server = u
	return nil
}

func (s store) address(database string) string {
	u := *s.server
	u.Path = "/" + database
	u.RawQuery = url.Values{"sslmode": {"disable"}, "application_name": {"temporal"}}.Encode()
	return u.String()
}

func (s store) config(database string) config.DataStore {
	password, _ := s.server.User.Password()
	return config.DataStore{SQL: &config.SQL{
		PluginName:        postgresql.PluginNamePGX,
		DatabaseName:      database,
		ConnectAddr:       s.server.Host,
		ConnectProtocol:   "tcp",
		ConnectAttributes: map[string]string{"application_name": "temporal"},
		User:              s.server.User.Username(),
		Password:          password,
		MaxConns:          connections,
		MaxIdleConns:      connections,
	}}
}
