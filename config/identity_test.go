package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheIdentityServiceIsOptional(t *testing.T) {
	c, err := load(t, "", nil)
	require.NoError(t, err)
	require.Empty(t, c.Identity.URL)
	require.Equal(t, 5*time.Second, c.Identity.Timeout)
	require.Equal(t, 2, c.Identity.Retries)
	require.Equal(t, 5, c.Identity.BreakerFailures)
	require.Equal(t, 30*time.Second, c.Identity.BreakerPause)
	for _, address := range []string{"https://identity.example.edu.cn/v1/check", "http://127.0.0.1:9000", "http://localhost:9000/x", "http://[::1]:9000"} {
		c, err := load(t, "", map[string]string{"XUEJI_IDENTITY_URL": address})
		require.NoError(t, err, address)
		require.Equal(t, address, c.Identity.URL.Reveal())
	}
}

func TestTheIdentityServiceIsChecked(t *testing.T) {
	for _, row := range []struct{ variable, value, setting, want string }{
		{"URL", "zzsecret", "identity.url", "must be a web address"},
		{"URL", "https://%zzsecret", "identity.url", "must be a web address"},
		{"URL", "https://user:zzsecret@identity.example.edu.cn", "identity.url", "set identity.token"},
		{"URL", "http://identity.example.edu.cn/zzsecret", "identity.url", "https://"},
		{"URL", "http://10.0.0.1/zzsecret", "identity.url", "https://"},
		{"TOKEN", "zzsecret two", "identity.token", "printable"},
		{"TOKEN", "zzsecret\n", "identity.token", "printable"},
		{"TIMEOUT", "0s", "identity.timeout", "longer than nothing"},
		{"TIMEOUT", "zzsecret", "identity.timeout", "not a duration"},
		{"RETRIES", "-1", "identity.retries", "between 0 and 10"},
		{"RETRIES", "11", "identity.retries", "between 0 and 10"},
		{"BREAKER_FAILURES", "0", "identity.breaker_failures", "at least 1"},
		{"BREAKER_PAUSE", "-1s", "identity.breaker_pause", "longer than nothing"},
		{"PER_SECOND", "0", "identity.per_second", "more than 0"},
	} {
		_, err := load(t, "", map[string]string{"XUEJI_IDENTITY_" + row.variable: row.value})
		require.Contains(t, problems(t, err)[row.setting], row.want, row.value)
		require.NotContains(t, err.Error(), "zzsecret")
	}
	environ := productionSettings()
	environ["XUEJI_IDENTITY_TOKEN"] = ""
	_, err := load(t, "", environ)
	require.Contains(t, problems(t, err)["identity.token"], "must be set in production")
}
