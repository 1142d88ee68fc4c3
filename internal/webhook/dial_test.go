package webhook

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The wall stands where the connection is made, whatever name led there.
func TestAConnectionIntoTheOwnNetworkIsNotMade(t *testing.T) {
	careful, open := NewSender(Rules{}, time.Second), NewSender(Rules{AllowPrivate: true}, time.Second)
	for _, address := range []string{"127.0.0.1:1", "10.0.0.1:443", "[::1]:443", "169.254.169.254:80", "[::ffff:10.0.0.1]:443"} {
		transport, ok := careful.client.Transport.(*http.Transport)
		require.True(t, ok)
		_, err := transport.DialContext(t.Context(), "tcp", address)
		require.ErrorIs(t, err, ErrPrivate, address)
	}
	transport, ok := open.client.Transport.(*http.Transport)
	require.True(t, ok)
	_, err := transport.DialContext(t.Context(), "tcp", "127.0.0.1:1")
	require.NotErrorIs(t, err, ErrPrivate)
	require.ErrorIs(t, Rules{}.control("tcp", "nonsense", nil), ErrPrivate)
	require.NoError(t, Rules{}.control("tcp", "8.8.8.8:443", nil))
}
