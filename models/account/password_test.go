package account_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/account"
)

func TestPasswordRule(t *testing.T) {
	good := []string{"Guiyang#2026", "Aa1!Aa1!", "Ab1 defgh", "贵阳Aa1#xy"}
	bad := []string{"", "Aa1!Aa1", "aa1!aa1!", "AA1!AA1!", "Aaa!Aaa!", "Aa1bAa1b", "zhang.San#1a", "Aa1!\x00aaa", strings.Repeat("Aa1!", 33), "Aa1!aaa\xff"}
	for _, p := range good {
		require.NoError(t, account.CheckPassword(p, "zhang.san"), p)
	}
	for _, p := range bad {
		require.Error(t, account.CheckPassword(p, "zhang.san"), p)
	}
}

func TestTemporaryPasswordsKeepTheRuleAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 500 {
		p := account.TemporaryPassword()
		require.NoError(t, account.CheckPassword(p, "zhangsan"))
		require.False(t, strings.ContainsAny(p, "0O1lI"), p)
		require.False(t, seen[p])
		seen[p] = true
	}
}

func TestHashesMatchTheirPasswordOnly(t *testing.T) {
	hash := account.HashPassword("Guiyang#2026")
	require.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"))
	require.True(t, account.PasswordMatches(hash, "Guiyang#2026"))
	require.NotEqual(t, hash, account.HashPassword("Guiyang#2026"), "a salt of its own")
	rapid.Check(t, func(t *rapid.T) {
		other := rapid.String().Draw(t, "other")
		if other != "Guiyang#2026" && account.PasswordMatches(hash, other) {
			t.Fatal("another password matches")
		}
	})
}

func FuzzPasswordMatches(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, phc string) {
		if strings.Contains(phc, "m=") && len(phc) > 200 {
			return
		}
		if account.PasswordMatches(phc, "x") && !strings.HasPrefix(phc, "$argon2id$v=19$") {
			t.Fatal("matched what is no hash")
		}
	})
}
