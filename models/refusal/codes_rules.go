package refusal

// Codes of the rules a province sets.
const (
	PolicyOffice   Code = "policy_office"
	PolicyFault    Code = "policy_fault"
	PolicyPast     Code = "policy_past"
	PolicyOutgrown Code = "policy_outgrown"
)
