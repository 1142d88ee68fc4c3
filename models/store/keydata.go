package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
)

// value is one key item that a change writes: for display, and in the clear while it is
// being judged.
type value struct {
	before, after string // masked where the item is secret
	text          string // in the clear
	cipher, hash  []byte // of a secret
	item          bool   // a further item of the sheet that the province made key data
}

// values are the key items of a change by their field names.
type values map[string]value

// plain returns the values in the clear that package status judges: the identity, and
// values that are no key items at all.
func (v values) plain() map[string]string {
	if len(v) == 0 {
		return nil
	}
	out := make(map[string]string, len(v))
	for field, one := range v {
		if !one.item {
			out[field] = one.text
		}
	}
	return out
}

// shown returns the items before and after for display.
func (v values) shown() (before, after map[string]string) {
	if len(v) == 0 {
		return nil, nil
	}
	before, after = map[string]string{}, map[string]string{}
	for field, one := range v {
		before[field], after[field] = one.before, one.after
	}
	return before, after
}

const (
	purposeChangeValue = "change.value" // ciphertext, bound to the change
	purposeSlipValues  = "slip.values"  // ciphertext, bound to the slip
)

// wishes sets the key items that an applicant filled in, beside the values of the record.
// Items that would not change are left out; numbers are sealed at once.
func (t *Tx) wishes(c *Change, h *held, given map[string]string) error {
	if err := t.readIdentity(h); err != nil {
		return err
	}
	c.values, c.wrong = values{}, nil
	taken, err := t.judgeWishes(c, h, given)
	if err != nil {
		return err
	}
	for field, text := range given {
		v := value{text: strings.TrimSpace(text)}
		if of, known := taken[field]; known {
			v = of
		}
		if v.after = v.text; v.text == v.before && slices.Contains(c.Definition.Policy.KeyFields, field) {
			continue
		}
		if field == status.FieldIDNumber {
			v.before, v.after = h.IDMasked, ident.MaskDocument(v.text)
			// The hash is that of the number alone: the other items say which document it is.
			sealed, err := t.store.seal(purposeChangeValue, v.after, t.store.identityHash(v.text), c.ID, v.text)
			if err != nil {
				return err
			}
			v.cipher, v.hash = sealed.cipher, sealed.hash
		}
		c.values[field] = v
	}
	return nil
}

// readIdentity completes the identity of a record with its number in the clear.
func (t *Tx) readIdentity(h *held) error {
	if len(h.IDCipher) == 0 {
		return nil
	}
	number, err := t.store.unseal(purposeStudentID, h.ID, h.IDCipher)
	h.record.Identity.IDNumber = number
	return err
}

func (t *Tx) insertValues(c *Change, list values) error {
	for field, v := range list {
		t.later("write the key items of a change", 1, `INSERT INTO change_value (change_id, round, field, before, after, cipher, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.ID, c.Round, field, v.before, v.after, v.cipher, v.hash)
	}
	return nil
}

// readValues reads the key items that a change writes, in the clear (worker). They come
// from the latest round that brought any.
func (t *Tx) readValues(c *Change) error {
	if !status.WritesItems(c.Kind) || c.values != nil {
		return nil
	}
	var rows []struct {
		Field, Before, After string
		Cipher, Hash         []byte
	}
	err := t.db.Raw(`SELECT field, before, after, cipher, hash FROM change_value WHERE change_id = @id
		AND round = (SELECT max(round) FROM change_value WHERE change_id = @id)`, map[string]any{"id": c.ID}).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read the key items of a change: %w", err)
	}
	c.values = values{}
	for _, r := range rows {
		v := value{before: r.Before, after: r.After, text: r.After, cipher: r.Cipher, hash: r.Hash, item: !slices.Contains(status.KeyItems(), r.Field)}
		if len(r.Cipher) > 0 {
			if v.text, err = t.store.unseal(purposeChangeValue, c.ID, r.Cipher); err != nil {
				return err
			}
		}
		v.text = tidyItem(roster.Field(r.Field), v.text) // it may have been filed under older rules
		c.values[r.Field] = v
	}
	return nil
}

// rewish takes the corrected key items of a resubmission. Fresh says that there are new
// ones to be written.
func (t *Tx) rewish(c *Change, h *held, s *Slip) (fresh bool, err error) {
	if err := t.readIdentity(h); err != nil {
		return false, err
	}
	if !s.Body.valued() {
		return false, t.readValues(c)
	}
	given, err := t.openValues(s)
	if err != nil {
		return false, err
	}
	return true, t.wishes(c, h, given)
}

// openValues decrypts the items that came with a slip.
func (t *Tx) openValues(s *Slip) (given map[string]string, err error) {
	if len(s.Body.Sealed) == 0 {
		return nil, nil // the applicant took all items out
	}
	text, err := t.store.keys.Decrypt(purposeSlipValues+"/"+s.ID.String(), s.Body.Sealed)
	if err != nil {
		return nil, fmt.Errorf("open a resubmission: %w", err)
	}
	if err := json.Unmarshal(text, &given); err != nil {
		return nil, fmt.Errorf("open a resubmission: %w", err)
	}
	return given, nil
}

// rewrite writes the items of a new round and moves the slot to the new number.
func (t *Tx) rewrite(c *Change, h *held) error {
	t.later("free the slot of a number", anyRows, `DELETE FROM slot WHERE change_id = ? AND key LIKE 'identity/%'`, c.ID)
	if c.identity = t.identityAfter(c, h); c.identity != nil {
		n, err := t.exec(`INSERT INTO slot (key, change_id, taken_at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING`, identitySlot(c.identity[0]), c.ID, t.now)
		if err != nil {
			return fmt.Errorf("take the slot of a number: %w", err)
		}
		if n == 0 {
			return numberTaken()
		}
	}
	return t.insertValues(c, c.values)
}

// sealValues encrypts the key items of a slip, which waits in the register until it is
// counted.
func (t *Tx) sealValues(slip uuid.UUID, given map[string]string) ([]byte, error) {
	if len(given) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(given)
	if err != nil {
		return nil, fmt.Errorf("seal a resubmission: %w", err)
	}
	sealed, err := t.store.keys.Encrypt(purposeSlipValues+"/"+slip.String(), text)
	if err != nil {
		return nil, fmt.Errorf("seal a resubmission: %w", err)
	}
	return sealed, nil
}

// identityAfter returns the keys of the document that a record would have after a change.
// It is nil when the record has that document already, or none. Another number is another
// document, and so is a passport of another country. The record is nil when it does not
// exist yet; the number of an existing record must have been read.
func (t *Tx) identityAfter(c *Change, h *held) [][]byte {
	var d document
	if h != nil {
		d = document{kind: h.IDType, country: h.Nationality, number: h.record.Identity.IDNumber}
	}
	written := false
	for field, item := range map[string]*string{status.FieldIDType: &d.kind, string(roster.Nationality): &d.country, status.FieldIDNumber: &d.number} {
		if v, ok := c.values[field]; ok {
			*item, written = v.text, true
		}
	}
	if !written {
		return nil
	}
	keys := t.store.identityKeys(d)
	if h != nil && slices.ContainsFunc(keys, func(key []byte) bool { return bytes.Equal(key, h.IDHash) }) {
		return nil
	}
	return keys
}

// identityTaken returns a refusal when the document that a change writes belongs to
// another record or to another running change, else nil.
func (t *Tx) identityTaken(c *Change, h *held) (*refusal.Error, error) {
	if c.identity = t.identityAfter(c, h); c.identity == nil {
		return nil, nil //nolint:nilnil // no number is written
	}
	own := uuid.Nil // zero when the record does not exist yet
	if c.StudentID != nil {
		own = *c.StudentID
	}
	var taken bool
	if err := t.db.Raw(`SELECT identity_taken(?, ?, ?::bytea[])`, own, c.ID, hashArray(c.identity)).Scan(&taken).Error; err != nil {
		return nil, fmt.Errorf("look for a number in the register: %w", err)
	}
	if !taken {
		return nil, nil //nolint:nilnil // free
	}
	return numberTaken(), nil
}

// identityWrite gives the identity a change writes into its record, nil when it writes none.
func (c *Change) identityWrite(h *held, after status.Identity) *IdentityWrite {
	if after == h.record.Identity && c.identity == nil {
		return nil
	}
	country := h.Nationality
	if v, ok := c.values[string(roster.Nationality)]; ok {
		country = v.text
	}
	return &IdentityWrite{Identity: after, Country: country}
}
