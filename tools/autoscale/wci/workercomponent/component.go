// Package workercomponent stands where Temporal's server expects the workflows that
// start workers in clouds: there are none, see package client.
package workercomponent

import "go.uber.org/fx"

// Module adds nothing to the server.
var Module = fx.Options()
