package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
)

// Of this checkout: every kind has its entry of the catalogue, a recorded history, and a
// line in a table; the rules of a transfer are found behind its row.
func TestPlacesOfTheKinds(t *testing.T) {
	p, err := readPlaces(filepath.Join("..", ".."))
	require.NoError(t, err)
	known, err := process.Load()
	require.NoError(t, err)
	require.NotEmpty(t, p.tables())
	for _, kind := range known.Kinds() {
		require.NotEmpty(t, p.catalogueEntry(kind), kind)
		require.NotEmpty(t, p.histories(kind), kind)
		require.NotEmpty(t, p.names[kind], kind)
	}
	require.Contains(t, p.of(process.Transfer), "models/status/transfer.go")
	require.Contains(t, p.of(process.Suspension), "models/status/suspension.go")
	require.NotContains(t, p.of(process.Suspension), "models/status/transfer.go")
}

// Of a made-up checkout: a kind reaches the package of its subject through the list of
// kinds, all of it that the Work uses, and nothing of another subject.
func TestPlacesFollowTheListOfKinds(t *testing.T) {
	checkout := t.TempDir()
	for file, text := range map[string]string{
		"models/process/process.go": "package process\ntype Kind string\nconst (\n\tTransfer Kind = \"TRANSFER\" // 转学, KT50\n\tDeath Kind = \"DEATH\"\n)\n",
		"models/kinds/all.go": "package kinds\nimport (\n\"github.com/xueji/xueji/models/process\"\n\"github.com/xueji/xueji/models/transfer\"\n)\n" +
			"func All() map[process.Kind]any { return map[process.Kind]any{process.Transfer: transfer.Receive{}, process.Death: death{}} }\n",
		"models/kinds/death.go":          "package kinds\ntype death struct{}\n",
		"models/transfer/receive.go":     "package transfer\nimport \"github.com/xueji/xueji/models/office\"\ntype Receive struct{}\nfunc (Receive) Apply() { move(); office.Seat() }\n",
		"models/transfer/move.go":        "package transfer\nfunc move() {}\n",
		"models/office/seat.go":          "package office\nfunc Seat() {}\n",
		"models/transfer/unused.go":      "package transfer\nfunc other() {}\n",
		"models/transfer/move_test.go":   "package transfer\nfunc testMove() { move() }\n",
		"models/change/seat.go":          "package change\n// settle ends a step (KT50).\nfunc settle() {}\n",
		"models/worklist/departure.go":   "package worklist\n\nfunc departure() {}\n",
		"workflows/testdata/histories/x": "",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(checkout, filepath.Dir(file)), 0o750))
		require.NoError(t, os.WriteFile(filepath.Join(checkout, file), []byte(text), 0o600))
	}
	p, err := readPlaces(checkout)
	require.NoError(t, err)
	require.Equal(t, []string{"models/change/seat.go", "models/kinds/all.go", "models/transfer/move.go", "models/transfer/receive.go"}, p.of("TRANSFER"))
	require.Equal(t, []string{"models/kinds/all.go", "models/kinds/death.go"}, p.of("DEATH"))
	require.Empty(t, p.tables())
	require.Empty(t, p.histories("DEATH"))
}
