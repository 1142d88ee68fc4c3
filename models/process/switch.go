package process

// Switches lists the switches of optional steps.
func Switches() []Switch {
	return []Switch{SwitchAuditIn, SwitchAuditOut, SwitchRetrieval, SwitchIDError, SwitchDeleteG, SwitchSkipCity, SwitchClassListReview, SwitchSuspensionApproved, SwitchSuspensionRegistered}
}

// Rule returns the rule of a policy that a switch stands for, and the value with which
// the step exists.
func (s Switch) Rule() (key string, value bool) {
	switch s {
	case SwitchAuditIn:
		return "province_audit_in", true
	case SwitchAuditOut:
		return "province_audit_out", true
	case SwitchRetrieval:
		return "auto_retrieve", false
	case SwitchIDError:
		return "id_error_needs_province", true
	case SwitchDeleteG:
		return "delete_g_needs_province", true
	case SwitchSkipCity:
		return "skip_city", true
	case SwitchClassListReview:
		return "class_list_review", true
	case SwitchSuspensionApproved:
		return "suspension_registered", false
	case SwitchSuspensionRegistered:
		return "suspension_registered", true
	}
	return "", false
}

// Has reports whether the policy has an optional step.
func (p Policy) Has(s Switch) bool {
	switch s {
	case SwitchAuditIn:
		return p.ProvinceAuditIn
	case SwitchAuditOut:
		return p.ProvinceAuditOut
	case SwitchRetrieval:
		return !p.AutoRetrieve
	case SwitchIDError:
		return p.CorroborateIDErrorByProvince
	case SwitchDeleteG:
		return p.DeleteGByProvince
	case SwitchSkipCity:
		return p.SkipCity
	case SwitchClassListReview:
		return p.ClassListReview
	case SwitchSuspensionApproved:
		return !p.SuspensionRegistered
	case SwitchSuspensionRegistered:
		return p.SuspensionRegistered
	}
	return false
}
