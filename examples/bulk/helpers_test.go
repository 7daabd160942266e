package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

const greeting = "Hi {name}, your table is ready."

// newServer returns a server to take for the real API.
func newServer(t *testing.T, opts ...flowroutetest.Option) *flowroutetest.Server {
	srv := flowroutetest.NewServer(opts...)
	t.Cleanup(srv.Close)
	return srv
}

// numbers are the first n numbers of people.
func numbers(n int) []string {
	var numbers []string
	for i := range n {
		numbers = append(numbers, fmt.Sprintf("1206555%04d", 2000+i))
	}
	return numbers
}

// campaignFor are the flags of a campaign for n people, which is not to be paced.
func campaignFor(t *testing.T, n int) []string {
	var csv strings.Builder
	csv.WriteString("number,name\n")
	for i, number := range numbers(n) {
		fmt.Fprintf(&csv, "%s,Person %d\n", number, i)
	}
	name := filepath.Join(t.TempDir(), "people.csv")
	require.NoError(t, os.WriteFile(name, []byte(csv.String()), 0o600))
	return []string{"-csv", name, "-text", greeting, "-from", flowroutetest.LongCode, "-rate", "Inf", "-spend"}
}

// received is how many texts each number was sent.
func received(srv *flowroutetest.Server) map[string]int {
	received := map[string]int{}
	for _, m := range srv.Messages() {
		received[m.To]++
	}
	return received
}

// once has every number receive one text.
func once(numbers []string) map[string]int {
	received := map[string]int{}
	for _, n := range numbers {
		received[n] = 1
	}
	return received
}
