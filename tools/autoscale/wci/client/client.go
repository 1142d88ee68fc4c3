// Package client stands where Temporal's server expects the package that starts
// workers in the clouds of Amazon, Google and Kubernetes. The Temporal of a trial has
// none of them, and their libraries are a quarter of all the code that would have to be
// compiled before the first start. So this one says of every worker of a cloud that
// there is none, and refuses to make one. Nothing else of the server uses it.
package client

import (
	"context"

	"go.temporal.io/api/deployment/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/auto-scaled-workers/wci/workflow/iface"
	"go.temporal.io/server/common/namespace"
	"go.uber.org/fx"
)

// Module gives the server the client.
var Module = fx.Provide(func() Client { return none{} })

// Client is what the server asks about workers in clouds.
type Client interface {
	DescribeWorkerControllerInstance(ctx context.Context, in *namespace.Namespace, version *deployment.WorkerDeploymentVersion) (
		*iface.QueryDescribeWorkerControllerInstanceResponse, []byte, error)
	UpdateWorkerControllerInstance(ctx context.Context, in *namespace.Namespace, version *deployment.WorkerDeploymentVersion, token []byte,
		identity string, upsert map[string]iface.ScalingGroupSpecUpdate, remove []string) (*iface.UpdateWorkerControllerInstanceResponse, error)
	ValidateWorkerControllerInstanceSpec(ctx context.Context, in *namespace.Namespace, version *deployment.WorkerDeploymentVersion,
		identity string, upsert map[string]iface.ScalingGroupSpecUpdate, remove []string) error
	DeleteWorkerControllerInstance(ctx context.Context, in *namespace.Namespace, version *deployment.WorkerDeploymentVersion, identity string) error
}

// none is the client of a server without clouds.
type none struct{}

func (none) DescribeWorkerControllerInstance(context.Context, *namespace.Namespace, *deployment.WorkerDeploymentVersion) (
	*iface.QueryDescribeWorkerControllerInstanceResponse, []byte, error,
) {
	return nil, nil, serviceerror.NewNotFound("this server starts no workers in clouds")
}

func (none) UpdateWorkerControllerInstance(context.Context, *namespace.Namespace, *deployment.WorkerDeploymentVersion, []byte,
	string, map[string]iface.ScalingGroupSpecUpdate, []string,
) (*iface.UpdateWorkerControllerInstanceResponse, error) {
	return nil, refused()
}

func (none) ValidateWorkerControllerInstanceSpec(context.Context, *namespace.Namespace, *deployment.WorkerDeploymentVersion,
	string, map[string]iface.ScalingGroupSpecUpdate, []string,
) error {
	return refused()
}

// DeleteWorkerControllerInstance finds nothing to delete, which is no error.
func (none) DeleteWorkerControllerInstance(context.Context, *namespace.Namespace, *deployment.WorkerDeploymentVersion, string) error {
	return nil
}

func refused() error {
	return serviceerror.NewInvalidArgument("this server starts no workers in clouds")
}
