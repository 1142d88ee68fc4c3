package keydata

import (
	"slices"
	"strings"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// setRequestedValues sets the key items that an applicant filled in, beside the values of the record.
// Items that would not change are left out; numbers are sealed at once.
func setRequestedValues(t *store.Tx, c *change.Change, h *student.PupilRow, given map[string]string) error {
	if err := student.DecryptIdentity(t, h); err != nil {
		return err
	}
	c.Values, c.ValueRefusals = change.RequestedValues{}, nil
	taken, err := judgeRequestedValues(t, c, h, given)
	if err != nil {
		return err
	}
	for field, text := range given {
		v := change.RequestedValue{Text: strings.TrimSpace(text)}
		if of, known := taken[field]; known {
			v = of
		}
		if v.After = v.Text; v.Text == v.Before && slices.Contains(c.Definition.Policy.KeyFields, field) {
			continue
		}
		if field == status.FieldIDNumber {
			v.Before, v.After = h.IDMasked, ident.MaskDocument(v.Text)
			// The hash is that of the number alone: the other items say which document it is.
			sealed, err := student.Seal(t.Store(), change.PurposeChangeValue, v.After, student.IdentityHash(t.Store(), v.Text), c.ID, v.Text)
			if err != nil {
				return err
			}
			v.Cipher, v.Hash = sealed.Cipher, sealed.Hash
		}
		c.Values[field] = v
	}
	return nil
}

// setResubmittedValues takes the corrected key items of a resubmission. Fresh says that there are new
// ones to be written.
func setResubmittedValues(t *change.Tx, c *change.Change, h *student.PupilRow, s *change.Slip) (fresh bool, err error) {
	if err := student.DecryptIdentity(t.Tx, h); err != nil {
		return false, err
	}
	if !s.Body.HasValues() {
		return false, t.ReadValues(c)
	}
	given, err := t.DecryptValues(s)
	if err != nil {
		return false, err
	}
	return true, setRequestedValues(t.Tx, c, h, given)
}
