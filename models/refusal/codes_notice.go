package refusal

// Codes of notices and of the gateways they are carried on by.
const (
	WebhookAddress  Code = "webhook_address"
	WebhookPrivate  Code = "webhook_private"
	WebhookKind     Code = "webhook_kind"
	WebhookLimit    Code = "webhook_limit"
	WebhookDisabled Code = "webhook_disabled"
)
