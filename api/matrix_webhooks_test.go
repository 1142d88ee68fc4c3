package api

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

// endpoint makes a gateway of an office, with one message that was given up.
func (w *world) endpoint(at place) (id, delivery uuid.UUID) {
	w.t.Helper()
	id, delivery = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	w.exec(`DELETE FROM webhook_endpoint WHERE org_id = $1`, at.id) // an office has few
	w.exec(`INSERT INTO webhook_endpoint (id, org_id, org_path, url, created_by, created_at) VALUES ($1, $2, $3::text::ltree, 'https://sms.example.edu.cn/', $1, $4)`,
		id, at.id, at.path, w.clock.Now())
	w.exec(`INSERT INTO webhook_secret (id, endpoint_id, cipher) VALUES ($1, $1, '\x00')`, id)
	w.exec(`INSERT INTO webhook_delivery (id, endpoint_id, created_at, dead_at) VALUES ($1, $2, $3, $3)`, delivery, id, w.clock.Now())
	return id, delivery
}

// webhookCases: gateways that carry notices on.
func webhookCases() map[string]matrixCase {
	on := func(method, below string) matrixCase {
		return matrixCase{call: func(w *world, _ caller, target place) call {
			id, _ := w.endpoint(target)
			return call{method: method, path: "/v1/webhooks/" + id.String() + below, ifMatch: rest.ETag(1)}
		}}
	}
	return map[string]matrixCase{
		"add-webhook": {call: func(w *world, _ caller, target place) call {
			w.exec(`DELETE FROM webhook_endpoint WHERE org_id = $1`, target.id)
			return call{method: "POST", path: "/v1/webhooks", body: m{"org": target.id, "url": "https://sms.example.edu.cn/"}}
		}},
		"list-webhooks":           fixed("GET", "/v1/webhooks", nil),
		"get-webhook":             on("GET", ""),
		"rotate-webhook-secret":   on("POST", "/secret"),
		"enable-webhook":          on("POST", "/enabling"),
		"disable-webhook":         on("POST", "/disabling"),
		"delete-webhook":          on("DELETE", ""),
		"test-webhook":            on("POST", "/test"),
		"list-webhook-deliveries": on("GET", "/deliveries"),
		"redeliver-webhook": {call: func(w *world, _ caller, target place) call {
			id, delivery := w.endpoint(target)
			return call{method: "POST", path: "/v1/webhooks/" + id.String() + "/deliveries/" + delivery.String() + "/redelivery"}
		}},
	}
}

// administrator is who manages the gateways of the county.
func (w *world) administrator() caller { return w.login(w.places["county"], org.BureauSysadmin) }
