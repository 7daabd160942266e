// Package gateways is a test suite that puts real gateways (haproxy, nginx, Varnish, toxiproxy) between a client and
// [github.com/flowroute/flowroute-go/flowroutetest], breaks connections under load, kills and restarts programs, and
// compares the outcome that each call reports with the server's own record of what it executed. No call may take effect
// twice, and none that took effect may be reported as not executed.
//
// The suite needs Linux and these programs, so a build tag guards it:
//
//	apt-get install haproxy nginx-light varnish
//	GOBIN=$PWD go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0 && mv server toxiproxy-server
//	PATH=$PATH:$PWD go test -tags gateways -v ./internal/systemtest/gateways
//
// It needs no root, listens on free ports of the loopback network, and leaves no file and no process behind. With -v it
// prints a table with one line per scenario.
package gateways
