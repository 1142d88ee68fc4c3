package change

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RequestedValue is one key item that a change writes: for display, and in the clear while it is
// being judged.
type RequestedValue struct {
	Before, After string // masked where the item is secret
	Text          string // in the clear
	Cipher, Hash  []byte // of a secret
	Item          bool   // a further item of the sheet that the province made key data
}

// RequestedValues are the key items of a change by their field names.
type RequestedValues map[string]RequestedValue

// What the ciphers of items are bound to.
const (
	PurposeChangeValue = "change.value" // ciphertext, bound to the change
	PurposeSlipValues  = "slip.values"  // ciphertext, bound to the slip
)

func (t *Tx) insertValues(c *Change, list RequestedValues) error {
	for field, v := range list {
		t.Later("write the key items of a change", 1, `INSERT INTO change_value (change_id, round, field, before, after, cipher, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			c.ID, c.Round, field, v.Before, v.After, v.Cipher, v.Hash)
	}
	return nil
}

// ReadValues reads the key items that a change writes, in the clear (worker). They come
// from the latest round that brought any.
func (t *Tx) ReadValues(c *Change) error {
	if !status.WritesItems(c.Kind) || c.Values != nil {
		return nil
	}
	var rows []struct {
		Field, Before, After string
		Cipher, Hash         []byte
	}
	err := t.DB().Raw(`SELECT field, before, after, cipher, hash FROM change_value WHERE change_id = @id
		AND round = (SELECT max(round) FROM change_value WHERE change_id = @id)`, map[string]any{"id": c.ID}).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read the key items of a change: %w", err)
	}
	c.Values = RequestedValues{}
	for _, r := range rows {
		v := RequestedValue{Before: r.Before, After: r.After, Text: r.After, Cipher: r.Cipher, Hash: r.Hash, Item: !slices.Contains(status.KeyItems(), r.Field)}
		if len(r.Cipher) > 0 {
			if v.Text, err = student.Unseal(t.Store(), PurposeChangeValue, c.ID, r.Cipher); err != nil {
				return err
			}
		}
		v.Text = student.TidyItem(roster.Field(r.Field), v.Text) // it may have been filed under older rules
		c.Values[r.Field] = v
	}
	return nil
}

// DecryptValues decrypts the items that came with a slip.
func (t *Tx) DecryptValues(s *Slip) (given map[string]string, err error) {
	if len(s.Body.Sealed) == 0 {
		return nil, nil // the applicant took all items out
	}
	text, err := t.Store().Keys().Decrypt(PurposeSlipValues+"/"+s.ID.String(), s.Body.Sealed)
	if err != nil {
		return nil, fmt.Errorf("open a resubmission: %w", err)
	}
	if err := json.Unmarshal(text, &given); err != nil {
		return nil, fmt.Errorf("open a resubmission: %w", err)
	}
	return given, nil
}

// WriteResubmittedValues writes the items of a new round and moves the slot to the new number.
func (t *Tx) WriteResubmittedValues(c *Change, h *student.PupilRow) error {
	t.Later("free the slot of a number", store.AnyRows, `DELETE FROM slot WHERE change_id = ? AND key LIKE 'identity/%'`, c.ID)
	if c.IdentityKeys = t.identityKeysAfter(c, h); c.IdentityKeys != nil {
		n, err := t.Exec(`INSERT INTO slot (key, change_id, taken_at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING`, student.IdentitySlot(c.IdentityKeys[0]), c.ID, t.Now())
		if err != nil {
			return fmt.Errorf("take the slot of a number: %w", err)
		}
		if n == 0 {
			return student.IdentityTaken()
		}
	}
	return t.insertValues(c, c.Values)
}

// encryptValues encrypts the key items of a slip, which waits in the register until it is
// counted.
func (t *Tx) encryptValues(slip uuid.UUID, given map[string]string) ([]byte, error) {
	if len(given) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(given)
	if err != nil {
		return nil, fmt.Errorf("seal a resubmission: %w", err)
	}
	sealed, err := t.Store().Keys().Encrypt(PurposeSlipValues+"/"+slip.String(), text)
	if err != nil {
		return nil, fmt.Errorf("seal a resubmission: %w", err)
	}
	return sealed, nil
}

// oneRefusalPerField keeps the first refusal of every key item: the words of the sheet are
// clearer than those of the last check of the record.
func oneRefusalPerField(list []*refusal.Error) []*refusal.Error {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(e *refusal.Error) bool {
		again := strings.HasPrefix(e.Field, "/values/") && seen[e.Field]
		seen[e.Field] = true
		return again
	})
}

// InClear returns the values in the clear that package status judges: the identity, and
// values that are no key items at all.
func (v RequestedValues) InClear() map[string]string {
	if len(v) == 0 {
		return nil
	}
	out := make(map[string]string, len(v))
	for field, one := range v {
		if !one.Item {
			out[field] = one.Text
		}
	}
	return out
}

// asShown returns the items before and after for display.
func (v RequestedValues) asShown() (before, after map[string]string) {
	if len(v) == 0 {
		return nil, nil
	}
	before, after = map[string]string{}, map[string]string{}
	for field, one := range v {
		before[field], after[field] = one.Before, one.After
	}
	return before, after
}

// identityWrite gives the identity a change writes into its record, nil when it writes none.
func (c *Change) identityWrite(h *student.PupilRow, after status.Identity) *student.IdentityWrite {
	if after == h.Record.Identity && c.IdentityKeys == nil {
		return nil
	}
	country := h.Nationality
	if v, ok := c.Values[string(roster.Nationality)]; ok {
		country = v.Text
	}
	return &student.IdentityWrite{Identity: after, Country: country}
}

// otherItems returns the items of a change that are no part of the identity.
func (v RequestedValues) otherItems() map[roster.Field]string {
	items := map[roster.Field]string{}
	for field, one := range v {
		if one.Item {
			items[roster.Field(field)] = one.Text
		}
	}
	return items
}
