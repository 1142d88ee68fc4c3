package refusal

// Codes every part of the product uses. Areas have files of their own
// (codes_change.go, codes_roster.go, …), each beside its part of the catalogue.
const (
	Internal         Code = "internal"
	NotFound         Code = "not_found"
	Forbidden        Code = "forbidden"
	Unauthenticated  Code = "unauthenticated"
	InvalidInput     Code = "invalid_input"
	Required         Code = "required"
	TooLong          Code = "too_long"
	VersionConflict  Code = "version_conflict"
	KeyReused        Code = "idempotency_key_reused"
	KeyMissing       Code = "idempotency_key_missing"
	Unavailable      Code = "unavailable"
	TooManyRequests  Code = "too_many_requests"
	BodyTooLarge     Code = "body_too_large"
	MethodNotAllowed Code = "method_not_allowed"
	BadCursor        Code = "bad_cursor"
	MediaType        Code = "unsupported_media_type"
	KeysRotating     Code = "keys_rotating"
	KeysOther        Code = "keys_other"
)
