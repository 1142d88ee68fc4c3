package service

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

func TestWhoIsAskedAboutIdentities(t *testing.T) {
	birth, err := calendar.NewDate(2017, 3, 9)
	require.NoError(t, err)
	number, err := simulator.Number(birth, ident.Female, simulator.Cancelled)
	require.NoError(t, err)
	q := identity.Question{Name: "测试", Number: number}

	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"answer":"MIGRATING"}`)
	}))
	defer gateway.Close()
	set := config.Identity{URL: config.Secret(gateway.URL), Token: "t0ken", Timeout: 10 * time.Second}

	for name, row := range map[string]struct {
		cfg  config.Config
		want identity.Answer // empty is no answer
	}{
		"a gateway in production":  {config.Config{Environment: config.Production, Identity: set}, identity.Migrating},
		"a gateway in development": {config.Config{Environment: config.Development, Identity: set}, identity.Migrating},
		"development":              {config.Config{Environment: config.Development}, identity.Cancelled},
		"tests":                    {config.Config{Environment: config.Test}, identity.Cancelled},
		"production":               {config.Config{Environment: config.Production}, ""},
		"not known":                {config.Config{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := openChecker(row.cfg)
			require.NoError(t, err)
			a, err := c.Check(t.Context(), q)
			require.Equal(t, row.want, a)
			if row.want != "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, identity.ErrNoAnswer)
			require.ErrorContains(t, err, "identity.url is not set")
		})
	}
	_, err = openChecker(config.Config{Identity: config.Identity{URL: "http://identity.example.edu.cn/zz"}})
	require.ErrorContains(t, err, "identity.url")
	require.NotContains(t, err.Error(), "zz")
}
