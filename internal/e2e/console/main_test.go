package console_test

import (
	"testing"

	"github.com/xueji/xueji/internal/e2e"
)

func TestMain(m *testing.M) { e2e.Main(m) }
