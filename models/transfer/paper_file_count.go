package transfer

import "github.com/xueji/xueji/models/store"

// CountPaperFilesToSend counts the files of PaperFiles that a school of the subtree has
// still to send.
func CountPaperFilesToSend(t *store.Tx, path string) (store.Count, error) {
	return t.CountRows("hand-overs to send", `SELECT 1 FROM handover h JOIN organisation f ON f.id = h.from_school
		WHERE h.received_at IS NULL AND h.struck_at IS NULL AND h.sent_at IS NULL AND f.path <@ text2ltree(@path)`, map[string]any{"path": path})
}
