package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// Version is one version of a province's policy. Of the versions that are valid on
// a day, the one with the newest first day counts; of several with that day, the highest
// number.
type Version struct {
	Version   int
	ValidFrom calendar.Date
	Body      string // the differences from the built-in policy, as JSON
	Author    string // empty for people of other provinces and for the command line
	Comment   string
	CreatedAt time.Time
}

// NewPolicy is a version of a policy that an administrator hands in.
type NewPolicy struct {
	Province  string
	ValidFrom calendar.Date
	BasedOn   int // the newest version the administrator saw; 0: none
	Text      []byte
	Comment   string
	Key       string // Idempotency-Key
	Hash      []byte // of the request
}

// Use counts running changes of one kind that keep a version of the policy
// and of the definition.
type Use struct {
	Kind              process.Kind `json:"kind"`
	Version           int          `json:"policy_version"`
	DefinitionVersion string       `json:"definition_version"`
	Changes           int64        `json:"changes"`
}

const policyColumns = `version, valid_from, body::text AS body, coalesce(policy_author(province_code, version), '') AS author, comment, created_at`

// Versions lists the versions of a province's policy, the newest first.
func Versions(t *store.Tx, province string) ([]Version, error) {
	var list []Version
	if err := t.DB().Raw(`SELECT `+policyColumns+` FROM policy WHERE province_code = ? ORDER BY version DESC`, province).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	return list, nil
}

// ReadVersion returns one version of a province's policy and the whole policy that it
// gives; version 0 is the built-in policy.
func ReadVersion(t *store.Tx, province string, version int) (Version, process.Policy, error) {
	if version == 0 {
		return Version{Body: "{}"}, t.Store().Processes().Default(), nil
	}
	var v Version
	err := t.DB().Raw(`SELECT `+policyColumns+` FROM policy WHERE province_code = ? AND version = ?`, province, version).Take(&v).Error
	if err != nil {
		return v, process.Policy{}, store.OrMissing(err, "read a policy")
	}
	p, err := overlayBuiltIn(t, v.Version, v.Body)
	return v, p, err
}

// overlayBuiltIn lays a stored version over the built-in policy. A version that fitted an
// earlier release and no longer fits is policy_outgrown: somebody must add a newer
// version.
func overlayBuiltIn(t *store.Tx, version int, body string) (process.Policy, error) {
	p, err := t.Store().Processes().Overlay(version, []byte(body))
	if err != nil {
		return process.Policy{}, refusal.New(refusal.PolicyOutgrown).With("version", strconv.Itoa(version)).Because(err)
	}
	return p, nil
}

// CountUse counts the running changes of a province by the versions they keep. Only the
// province's own office gets the numbers.
func CountUse(t *store.Tx, province string) ([]Use, error) {
	list := []Use{}
	if err := t.DB().Raw(`SELECT * FROM policy_use(?)`, province).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("count running changes: %w", err)
	}
	return list, nil
}

// Check judges a policy and its first day, and returns all refusals at once.
func Check(t *store.Tx, text []byte, from calendar.Date) (process.Policy, error) {
	p, faults := findFaults(t.Store().Processes(), text)
	var list []*refusal.Error
	if from.Before(t.Today()) {
		list = append(list, refusal.New(refusal.PolicyPast).At("/valid_from").With("today", t.Today().String()))
	}
	for _, f := range faults {
		where := t.Store().Processes().RuleLabel(f.Path)
		list = append(list, refusal.New(refusal.PolicyFault).At("/body"+f.Path).WithText("where", where.Zh, where.En).WithText("what", f.Zh, f.En))
	}
	return p, refusal.Join(list...)
}

// findFaults returns the faults of a policy that is handed in over HTTP or as a file.
func findFaults(known *process.Catalogue, text []byte) (process.Policy, []*process.Fault) {
	p, faults := known.Check(text)
	if err := checkKeyFields(p); err != nil {
		faults = append(faults, &process.Fault{Path: "/key_fields", Text: process.Text{Zh: "含有不能作为关键数据的项目：" + err.Error(), En: err.Error()}})
		slices.SortStableFunc(faults, func(a, b *process.Fault) int { return strings.Compare(a.Path, b.Path) })
	}
	return p, faults
}

// Add adds a version of a policy in the name of an account of the province's own
// office. The same key and request return the version that exists already. A version that
// was added meanwhile is a conflict.
func Add(t *store.Tx, n NewPolicy) (int, error) {
	if version, err := findByKey(t, n); version > 0 || err != nil {
		return version, err
	}
	if _, err := Check(t, n.Text, n.ValidFrom); err != nil {
		return 0, err
	}
	var newest int
	if err := t.DB().Table("policy").Where(`province_code = ?`, n.Province).Select(`coalesce(max(version), 0)`).Scan(&newest).Error; err != nil {
		return 0, fmt.Errorf("read policies: %w", err)
	}
	if newest != n.BasedOn {
		return addedMeanwhile(t, n, findByKey)
	}
	body, err := toJSON(n.Text)
	if err != nil {
		return 0, err
	}
	// Of two at once the second waits here for the first, and adds nothing.
	rows, err := t.Exec(`INSERT INTO policy (province_code, version, valid_from, body, author_id, created_at, comment, add_key, add_hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		n.Province, newest+1, n.ValidFrom, body, t.Scope().Account, t.Now(), n.Comment, n.Key, n.Hash)
	if err != nil {
		return 0, fmt.Errorf("store a policy: %w", err)
	}
	if rows == 0 {
		return addedMeanwhile(t, n, findByKey)
	}
	return newest + 1, t.Audit("policy.add", "policy", fmt.Sprintf("%s/%d", n.Province, newest+1),
		map[string]string{"valid_from": n.ValidFrom.String(), "based_on": fmt.Sprint(n.BasedOn)})
}

// addedMeanwhile returns the version that the same request added at the same time; another
// request is told that somebody was faster. Find looks for the request by its key.
func addedMeanwhile[N any](t *store.Tx, n N, find func(*store.Tx, N) (int, error)) (int, error) {
	version, err := find(t, n)
	if version == 0 && err == nil {
		err = refusal.New(refusal.VersionConflict).At("/based_on")
	}
	return version, err
}

// findByKey returns the version that the account added before with the same key, 0 when
// there is none. Another request under the same key is refused.
func findByKey(t *store.Tx, n NewPolicy) (int, error) {
	var row struct {
		Version int
		AddHash []byte
	}
	err := t.DB().Table("policy").Where(`author_id = ? AND add_key = ?`, t.Scope().Account, n.Key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read policies: %w", err)
	}
	if !bytes.Equal(row.AddHash, n.Hash) {
		return 0, refusal.New(refusal.KeyReused)
	}
	return row.Version, nil
}

// toJSON returns a policy in its stored form.
func toJSON(text []byte) (string, error) {
	var body any
	if err := yaml.Unmarshal(text, &body); err != nil {
		return "", fmt.Errorf("read the policy: %w", err)
	}
	stored, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("store the policy: %w", err)
	}
	return string(stored), nil
}

// KeyItems lists the items of the sheet that a policy may make key data.
func KeyItems() ([]roster.Column, error) {
	template, err := roster.National()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(template.Columns), func(c roster.Column) bool {
		return !slices.Contains(status.KeyItems(), string(c.Field)) && !template.MayBeKey(c.Field)
	}), nil
}

// checkKeyFields returns an error that names the key fields of a policy that cannot be
// key data. A typing error must not pass in silence.
func checkKeyFields(p process.Policy) error {
	items, err := KeyItems()
	if err != nil {
		return err
	}
	var wrong []string
	for _, f := range p.KeyFields {
		if !slices.ContainsFunc(items, func(c roster.Column) bool { return string(c.Field) == f }) {
			wrong = append(wrong, f)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("key_fields: %s: no items of the sheet that can be key data", strings.Join(wrong, ", "))
}
