package flowroutetest

import "github.com/flowroute/flowroute-go/internal/fake"

// Operation is one thing that the API can be asked to do, at one of its paths.
type Operation struct {
	Name   string // such as messages.send; it is the name that [Request.Operation] and [Fault.Operation] have
	Method string // such as POST
	Path   string // such as /v2.2/messages/{message}; after a ? comes a query parameter that the request must have
}

// Operations returns the operations that a [Server] serves, grouped by resource. An operation with several paths is
// listed once for each of them.
func Operations() []Operation {
	served := fake.Operations()
	operations := make([]Operation, len(served))
	for i, op := range served {
		operations[i] = Operation{Name: op.Name, Method: op.Method, Path: op.Path}
	}
	return operations
}
