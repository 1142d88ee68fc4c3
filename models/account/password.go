package account

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/xueji/xueji/models/refusal"
)

// Rules about passwords and sessions (P1, P2; 教基〔2025〕1号 for idle accounts). How
// long a password lasts and what locks a login stands in the policy (D27, D28).
const (
	passwordMinLength = 8
	passwordMaxLength = 128
	passwordsKept     = 5              // the last five may not be used again
	sessionLife       = 12 * time.Hour // a working day
	sessionIdle       = 2 * time.Hour  // a lunch break, not a night on a shared machine
	maxTokenLife      = 366 * 24 * time.Hour
	idleMonths        = 6 // an account unused for longer is sealed
)

// argon2id with the second set OWASP recommends: 19 MiB, two passes, one lane,
// about 25 ms on a small server. More memory would let a morning's logins of a
// whole city fill a small machine.
const (
	argonMemory = 19 * 1024
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// HashPassword returns the PHC string of a password.
func HashPassword(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// PasswordMatches reports whether a password fits a PHC string. It takes the parameters
// from the string, so that they may be raised later.
func PasswordMatches(phc, password string) bool {
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || passes == 0 || lanes == 0 || memory > 1<<20 || passes > 16 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 128 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want))) //nolint:gosec // bounded above
	return subtle.ConstantTimeCompare(got, want) == 1
}

// CheckPassword refuses a password that breaks the rule (P1): its length, the four kinds
// of characters, and the login must not be part of it.
func CheckPassword(password, login string) error {
	var upper, lower, digit, special bool
	for _, r := range password {
		switch {
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsLower(r):
			lower = true
		case unicode.IsDigit(r):
			digit = true
		case unicode.IsControl(r):
			return refusal.New(refusal.PasswordWeak)
		default:
			special = true
		}
	}
	length := utf8.RuneCountInString(password)
	contains := login != "" && strings.Contains(strings.ToLower(password), strings.ToLower(login))
	if !upper || !lower || !digit || !special || contains || length < passwordMinLength || length > passwordMaxLength || !utf8.ValidString(password) {
		return refusal.New(refusal.PasswordWeak)
	}
	return nil
}

// TemporaryPassword returns a random password that a person can read out by telephone: it
// has no characters that look or sound alike.
func TemporaryPassword() string {
	groups := []string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "#%+=?@"}
	all := strings.Join(groups[:3], "")
	text := make([]byte, 0, 14)
	for _, group := range groups {
		text = append(text, group[randomBelow(len(group))])
	}
	for len(text) < cap(text) {
		text = append(text, all[randomBelow(len(all))])
	}
	for i := len(text) - 1; i > 0; i-- {
		j := randomBelow(i + 1)
		text[i], text[j] = text[j], text[i]
	}
	return string(text)
}

func randomBelow(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic("crypto/rand: " + err.Error()) // documented never to fail
	}
	return int(i.Int64())
}

// newToken returns an opaque token and the hash that is stored. The token has 256 random
// bits, so a plain hash is enough: nobody can guess it.
func newToken() (token string, hash []byte) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	token = base64.RawURLEncoding.EncodeToString(secret)
	return token, tokenHash(token)
}

// browserMark begins the token of a session that a browser holds in a cookie. The stored hash
// covers it. So a cookie is no bearer token without its mark, and a bearer token is no cookie
// with one.
const browserMark = "browser."

// newBrowserToken returns the token of a browser's session and the hash that is stored.
func newBrowserToken() (token string, hash []byte) {
	token, _ = newToken()
	token = browserMark + token
	return token, tokenHash(token)
}

// OfBrowser reports whether a token belongs into the cookie of a browser.
func OfBrowser(token string) bool { return strings.HasPrefix(token, browserMark) }

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
