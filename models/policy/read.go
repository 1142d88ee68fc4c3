package policy

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// InForce returns the policy in force in a province today: the newest valid version,
// laid over the built-in default.
func InForce(t *store.Tx, province string) (process.Policy, error) {
	var row struct {
		Version int
		Body    string
	}
	err := t.DB().Table("policy").Where(`province_code = ? AND valid_from <= ?`, province, t.Today()).Order(`valid_from DESC, version DESC`).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return t.Store().Processes().Default(), nil
	}
	if err != nil {
		return process.Policy{}, fmt.Errorf("read the policy: %w", err)
	}
	return overlayBuiltIn(t, row.Version, row.Body)
}
