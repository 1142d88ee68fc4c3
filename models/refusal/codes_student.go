package refusal

// Codes of records, searches, evidence and rosters.
const (
	EvidenceEmpty           Code = "evidence_empty"
	EvidenceType            Code = "evidence_type"
	EvidenceHEIC            Code = "evidence_heic"
	EvidenceGone            Code = "evidence_gone"
	SearchTooWide           Code = "search_too_wide"
	SearchNameTooShort      Code = "search_name_length"
	RevealNothing           Code = "reveal_nothing"
	RosterOtherSchool       Code = "roster_other_school"
	RosterChecking          Code = "roster_checking"
	RosterState             Code = "roster_state"
	RosterNothingGood       Code = "roster_nothing_good"
	RosterNothingNew        Code = "roster_nothing_new"
	RosterDiffers           Code = "roster_differs"
	RosterDiffersUnnumbered Code = "roster_differs_unnumbered"
	RosterNamesake          Code = "roster_namesake"
	PupilPresent            Code = "pupil_present"
	IdentityOwnLeft         Code = "identity_own_left"
	RosterInFlight          Code = "roster_in_flight"
	RosterTooLong           Code = "roster_too_long"
	RosterFileGone          Code = "roster_file_gone"
	RevealNotYourStep       Code = "reveal_not_your_step"

	// Reasons a row of a roster does not go in; they stand in its findings.
	IdentityRegistered Code = "identity_registered"
	IdentityOfAnother  Code = "identity_of_another"
	RosterClassUnknown Code = "roster_class_unknown"
	RosterClassFull    Code = "roster_class_full"
	RosterClassFills   Code = "roster_class_fills"
	RosterNoNumber     Code = "roster_no_number"
	RosterRecheck      Code = "roster_recheck"
	RosterSameIdentity Code = "roster_same_identity"

	// Edits of a record, item by item or by a sheet; those that begin with
	// Update are findings of rows.
	KeyField            Code = "key_field"
	FixedField          Code = "fixed_field"
	NotInRegister       Code = "not_in_register"
	UpdateNoRecord      Code = "update_no_record"
	UpdateNoNumber      Code = "update_without_number"
	UpdateNotInRegister Code = "update_not_in_register"
	UpdateTwice         Code = "update_same_pupil"
	UpdateBlankRows     Code = "update_blank_rows"
	UpdateRefused       Code = "update_refused"
	UpdateNoPupils      Code = "update_no_pupils"

	// Punishments.
	PunishmentExpulsion  Code = "punishment_expulsion"
	PunishmentDate       Code = "punishment_date"
	PunishmentCancelDate Code = "punishment_cancel_date"
	PunishmentCancelled  Code = "punishment_cancelled"
)
