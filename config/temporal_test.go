package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
)

func TestPagesOfTemporalsWebInterface(t *testing.T) {
	require.Empty(t, config.Temporal{Namespace: "xueji"}.UI())
	require.Empty(t, config.Temporal{Namespace: "xueji"}.Page("change/1", ""))
	at := config.Temporal{Namespace: "xueji", UIAddress: "127.0.0.1:8233/"}
	require.Equal(t, "http://127.0.0.1:8233/namespaces/xueji/workflows", at.UI())
	require.Equal(t, "http://127.0.0.1:8233/namespaces/xueji/workflows/change%2F1", at.Page("change/1", ""))
	at.UIAddress = "https://temporal.example.edu.cn"
	require.Equal(t, "https://temporal.example.edu.cn/namespaces/xueji/workflows/change%2F1/r-2/history", at.Page("change/1", "r-2"))
}
