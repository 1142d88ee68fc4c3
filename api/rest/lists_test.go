package rest //nolint:testpackage // answers are written inside the package

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

type Leaf struct {
	Names []string `json:"names"`
	Few   []string `json:"few,omitempty"`
	Raw   []byte   `json:"raw"`
}

type tree struct {
	Leaf

	In     Leaf            `json:"leaf"`
	At     *Leaf           `json:"at"`
	None   *Leaf           `json:"none"`
	List   []Leaf          `json:"list"`
	By     map[string]Leaf `json:"by"`
	Empty  map[string]int  `json:"empty"`
	Any    any             `json:"any"`
	Nested [][]string      `json:"nested"`
	Time   time.Time       `json:"time"`
	ID     uuid.UUID       `json:"id"`
	JSON   json.RawMessage `json:"json"`
	Hidden []string        `json:"-"`
	own    []string
}

func TestAnEmptyListIsNeverNull(t *testing.T) {
	full := Leaf{Names: []string{"a"}, Raw: []byte{1}}
	in := &tree{At: &Leaf{}, List: []Leaf{full, {}}, By: map[string]Leaf{"x": {}, "y": full}, Any: Leaf{}, Nested: [][]string{nil, {"b"}}, own: []string{"c"}}
	before, err := json.Marshal(in)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, writeJSON(&out, in))
	require.JSONEq(t, `{"names":[],"raw":null,
		"leaf":{"names":[],"raw":null}, "at":{"names":[],"raw":null}, "none":null,
		"list":[{"names":["a"],"raw":"AQ=="},{"names":[],"raw":null}],
		"by":{"x":{"names":[],"raw":null},"y":{"names":["a"],"raw":"AQ=="}}, "empty":{},
		"any":{"names":[],"raw":null}, "nested":[[],["b"]],
		"time":"0001-01-01T00:00:00Z","id":"00000000-0000-0000-0000-000000000000","json":null}`, out.String())
	after, err := json.Marshal(in)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after), "an answer shares parts that others read")
	require.Nil(t, in.Hidden)

	out.Reset()
	require.NoError(t, writeJSON(&out, nil))
	require.JSONEq(t, `null`, out.String())
}
