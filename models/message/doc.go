// Package message keeps what offices and people are told: notices (通知) in their
// inboxes, and the signed webhooks that carry them to gateways for SMS and chat.
//
// It owns the row of a notice, who has read it, the endpoints of an office, their
// secrets, and the queue of deliveries with its attempts.
//
// It does not own the words of a notice (package notice), the sending itself
// (internal/webhook), or the reason for a notice: whoever does something leaves the
// notice in the same transaction.
//
// Tables: notice, notice_read, webhook_endpoint, webhook_secret, webhook_delivery.
//
// Laws and rules it keeps:
//   - law 1: a notice stands in PostgreSQL with the fact it tells of, or not at all;
//   - law 6: a delivery never names the pupil, nor what anybody wrote; who follows its
//     path logs in first;
//   - law 7: a notice reminds, and never decides;
//   - law 10: an office reads its own notices, a person what was left for the person.
package message
