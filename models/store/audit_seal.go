package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// sealBatch is how many entries one transaction of the sealer chains.
const sealBatch = 2000

// SealAudit chains the unchained entries of every partition in the order in which they
// are found, and returns their number. The worker calls it again and again; two calls at
// once take turns for each partition.
//
// It reads the whole trail. SealRecentAudit does the same for new entries at once.
func (t *Tx) SealAudit() (int, error) {
	// As a difference of sets: for NOT EXISTS the planner compares every entry with every
	// seal while it does not know yet how many seals there are.
	return t.seal(`SELECT DISTINCT e.partition, '-infinity' AS since FROM audit_entry e
		WHERE e.id IN (SELECT id FROM audit_entry EXCEPT SELECT entry_id FROM audit_seal) ORDER BY 1`)
}

// sealSlack is how much older than the last sealed entry of its partition an entry may be
// that SealRecentAudit finds: a transaction may write entries that long before it ends.
const sealSlack = "10 minutes"

// unsealed is the SQL condition for entries e that are not chained.
const unsealed = `NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)`

// recentPartitions returns the partitions with unchained entries that are no older than
// sealSlack before the last sealed one. It reads no other entries: the partitions come one
// by one from the index, and in each only its end.
const recentPartitions = `WITH RECURSIVE p AS (
		(SELECT partition FROM audit_entry ORDER BY partition LIMIT 1)
		UNION ALL
		SELECT (SELECT e.partition FROM audit_entry e WHERE e.partition > p.partition ORDER BY e.partition LIMIT 1) FROM p WHERE p.partition IS NOT NULL)
	SELECT p.partition, CAST(least(coalesce(h.at, '-infinity'), @now) - CAST('` + sealSlack + `' AS interval) AS text) AS since
	FROM p LEFT JOIN LATERAL (SELECT e.at FROM audit_seal s JOIN audit_entry e ON e.id = s.entry_id WHERE s.partition = p.partition ORDER BY s.seq DESC LIMIT 1) h ON true
	WHERE p.partition IS NOT NULL AND EXISTS (SELECT 1 FROM audit_entry e WHERE e.partition = p.partition
		AND e.at >= least(coalesce(h.at, '-infinity'), @now) - CAST('` + sealSlack + `' AS interval) AND ` + unsealed + `) ORDER BY 1`

// SealRecentAudit chains the unchained entries at the end of every partition, and returns
// their number. It misses an entry that is much older than the last sealed one, because its
// transaction took very long or the clock was set; SealAudit finds those.
func (t *Tx) SealRecentAudit() (int, error) {
	return t.seal(recentPartitions, map[string]any{"now": t.Now()})
}

// seal chains the entries of the partitions that a query returns, each since a time.
func (t *Tx) seal(query string, args ...any) (int, error) {
	var partitions []unsealedPartition
	if err := t.db.Raw(query, args...).Scan(&partitions).Error; err != nil {
		return 0, fmt.Errorf("look for audit entries to seal: %w", err)
	}
	sealed := 0
	for _, partition := range partitions {
		n, err := t.sealPartition(partition)
		if err != nil {
			return 0, err
		}
		sealed += n
	}
	return sealed, nil
}

// unsealedPartition is a partition with unchained entries; none is older than since, which
// may be "-infinity".
type unsealedPartition struct{ Partition, Since string }

func (t *Tx) sealPartition(p unsealedPartition) (int, error) {
	partition := p.Partition
	if _, err := t.Exec(`SELECT pg_advisory_xact_lock(hashtextextended('xueji audit ' || ?, 0))`, partition); err != nil {
		return 0, fmt.Errorf("lock an audit partition: %w", err)
	}
	head, err := t.auditHead(partition)
	if err != nil {
		return 0, err
	}
	var list []AuditEntry
	err = t.db.Raw(`SELECT `+auditColumns+` FROM audit_entry e WHERE e.partition = ?
		AND e.at >= CAST(? AS timestamptz) AND `+unsealed+` ORDER BY e.at, e.id LIMIT ?`, partition, p.Since, sealBatch).Scan(&list).Error
	if err != nil {
		return 0, fmt.Errorf("read audit entries to seal: %w", err)
	}
	for _, e := range list {
		entry := e.hash()
		head.Seq, head.Hash = head.Seq+1, chain(head.Hash, entry)
		_, err := t.Exec(`INSERT INTO audit_seal (partition, seq, entry_id, entry_hash, hash) VALUES (?, ?, ?, ?, ?)`, partition, head.Seq, e.ID, entry, []byte(head.Hash))
		if err != nil {
			return 0, fmt.Errorf("seal an audit entry: %w", err)
		}
	}
	return len(list), nil
}

const auditColumns = `e.id, e.partition, e.at, e.account_id, coalesce(e.office_path::text, '') AS office_path, e.action,
	e.subject_kind, e.subject_id, e.detail::text AS detail, e.request_id`

// hash returns a hash over every field of the entry. Each field is written with its
// length, so that two different entries never give the same bytes. The form never
// changes, because exported heads were computed with it.
func (e AuditEntry) hash() []byte {
	var b bytes.Buffer
	account := ""
	if e.AccountID != nil {
		account = e.AccountID.String()
	}
	for _, field := range []string{
		"xueji-audit-1", e.ID.String(), e.Partition, e.At.UTC().Format(time.RFC3339Nano), account, e.OfficePath,
		e.Action, e.SubjectKind, e.SubjectID, e.Detail, e.RequestID,
	} {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(field))) //nolint:gosec // fields are far below 4 GB; a buffer never fails
		b.WriteString(field)
	}
	sum := sha256.Sum256(b.Bytes())
	return sum[:]
}

// chain returns the hash of a seal: SHA-256(previous hash ‖ entry hash).
func chain(previous, entry []byte) []byte {
	sum := sha256.Sum256(append(bytes.Clone(previous), entry...))
	return sum[:]
}

// Hash is a SHA-256, written in hexadecimal.
type Hash []byte

// MarshalText writes the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// UnmarshalText reads a hash back.
func (h *Hash) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("hash: %w", err)
	}
	*h = b
	return nil
}

// AuditHead is the end of the chain of one partition. An exported head, kept elsewhere,
// proves later that no entry before it was changed.
type AuditHead struct {
	Partition string `json:"partition"`
	Seq       int64  `json:"seq"`
	Hash      Hash   `json:"hash"`
}

func (t *Tx) auditHead(partition string) (AuditHead, error) {
	h := AuditHead{Partition: partition}
	err := t.db.Raw(`SELECT partition, seq, hash FROM audit_seal WHERE partition = ? ORDER BY seq DESC LIMIT 1`, partition).Take(&h).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return AuditHead{}, fmt.Errorf("read the head of the audit chain: %w", err)
	}
	return h, nil
}

// AuditHeads returns the head of every partition, for export.
func (t *Tx) AuditHeads() ([]AuditHead, error) {
	var list []AuditHead
	err := t.db.Raw(`SELECT DISTINCT ON (partition) partition, seq, hash FROM audit_seal ORDER BY partition, seq DESC`).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the heads of the audit chain: %w", err)
	}
	return list, nil
}

// AuditFault is one fault in the audit trail.
type AuditFault struct {
	Partition string `json:"partition"`
	Seq       int64  `json:"seq"`
	What      string `json:"what"`
}

// AuditReport is the result of the verification.
type AuditReport struct {
	Partitions int          `json:"partitions"`
	Sealed     int64        `json:"sealed"`
	Unsealed   int64        `json:"unsealed"`
	Faults     []AuditFault `json:"faults"`
}

// VerifyAudit computes every hash again, from the entries on, and compares it with the
// seals and with heads that were exported earlier. It finds entries that were edited,
// deleted, reordered or cut off.
func (t *Tx) VerifyAudit(exported []AuditHead) (AuditReport, error) {
	v := verifier{heads: map[string]Hash{}, seqs: map[string]int64{}, exported: map[string][]AuditHead{}}
	for _, h := range exported {
		v.exported[h.Partition] = append(v.exported[h.Partition], h)
	}
	after := struct {
		partition string
		seq       int64
	}{}
	for {
		var rows []sealedRow
		err := t.db.Raw(`SELECT s.partition AS seal_partition, s.seq, s.entry_id, s.entry_hash, s.hash, e.id IS NULL AS missing,
			coalesce(e.id, s.entry_id) AS id, coalesce(e.partition, '') AS partition, coalesce(e.at, 'epoch') AS at, e.account_id,
			coalesce(e.office_path::text, '') AS office_path, coalesce(e.action, '') AS action, coalesce(e.subject_kind, '') AS subject_kind,
			coalesce(e.subject_id, '') AS subject_id, coalesce(e.detail::text, '') AS detail, coalesce(e.request_id, '') AS request_id
			FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry_id WHERE (s.partition, s.seq) > (?, ?)
			ORDER BY s.partition, s.seq LIMIT ?`, after.partition, after.seq, sealBatch).Scan(&rows).Error
		if err != nil {
			return AuditReport{}, fmt.Errorf("read the audit chain: %w", err)
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			v.checkSeal(row)
		}
		after.partition, after.seq = rows[len(rows)-1].SealPartition, rows[len(rows)-1].Seq
	}
	v.finish()
	err := t.db.Raw(`SELECT count(*) FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)`).Scan(&v.report.Unsealed).Error
	if err != nil {
		return AuditReport{}, fmt.Errorf("count unsealed audit entries: %w", err)
	}
	return v.report, nil
}

type sealedRow struct {
	SealPartition string
	Seq           int64
	EntryID       uuid.UUID
	EntryHash     []byte
	Hash          []byte
	Missing       bool
	AuditEntry    `gorm:"embedded"`
}

// verifier walks the chains of all partitions, seal by seal.
type verifier struct {
	heads    map[string]Hash
	seqs     map[string]int64
	exported map[string][]AuditHead
	report   AuditReport
}

func (v *verifier) checkSeal(r sealedRow) {
	p := r.SealPartition
	if _, known := v.seqs[p]; !known {
		v.report.Partitions++
	}
	v.report.Sealed++
	if r.Seq != v.seqs[p]+1 {
		v.fault(p, v.seqs[p]+1, "a seal is missing")
	}
	entry := r.AuditEntry.hash()
	switch {
	case r.Missing:
		v.fault(p, r.Seq, "the entry was deleted")
	case r.Partition != p:
		v.fault(p, r.Seq, "the entry stands in another partition")
	case !bytes.Equal(entry, r.EntryHash):
		v.fault(p, r.Seq, "the entry was changed after it was sealed")
	}
	if !bytes.Equal(chain(v.heads[p], r.EntryHash), r.Hash) {
		v.fault(p, r.Seq, "the chain is broken: a seal was changed or put in another order")
	}
	for _, h := range v.exported[p] {
		if h.Seq == r.Seq && !bytes.Equal(h.Hash, r.Hash) {
			v.fault(p, r.Seq, "the chain differs from the exported head: it was written anew")
		}
	}
	v.heads[p], v.seqs[p] = r.Hash, r.Seq
}

// finish finds chains that end before an exported head.
func (v *verifier) finish() {
	for p, heads := range v.exported {
		for _, h := range heads {
			if h.Seq > v.seqs[p] {
				v.fault(p, h.Seq, "the chain ends before the exported head: entries were cut off")
			}
		}
	}
	sort.Slice(v.report.Faults, func(i, j int) bool {
		a, b := v.report.Faults[i], v.report.Faults[j]
		return a.Partition < b.Partition || a.Partition == b.Partition && a.Seq < b.Seq
	})
}

func (v *verifier) fault(partition string, seq int64, what string) {
	v.report.Faults = append(v.report.Faults, AuditFault{Partition: partition, Seq: seq, What: what})
}
