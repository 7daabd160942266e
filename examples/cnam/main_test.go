package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/examples/internal/exampletest"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestFake(t *testing.T) {
	r := exampletest.RunFake(t, run)
	require.Zero(t, r.Code, r.Stderr)
	assert.Empty(t, r.Stderr)
	for _, line := range []string{
		"using the built-in fake, nothing is real.\n",
		"\nCreated record 24141: EXAMPLE CAFE.\n",
		"\n  24141  EXAMPLE CAFE  2026-01-05 09:00:00  under review\n",
		"\nToo early to assign record 24141: CNAM record is not approved.\n",
		"\nAssigned record 24141 at 2026-01-07 09:00:00.",
		"\nNumbers that call as EXAMPLE CAFE (record 24141, approved)\n  NUMBER           ALIAS\n  +1 206-555-0100\n",
		"\nUnassigned and deleted record 24141.\n",
	} {
		assert.Contains(t, r.Stdout, line)
	}
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-nope"}, {"extra"}, {"-number", "12"}, {"-id", "24141", "-value", "CAFE"}} {
		r := exampletest.RunFake(t, run, args...)
		assert.Equal(t, 2, r.Code, args)
		assert.Contains(t, r.Stderr, "\nUsage: cnam [flags]\n", args)
	}
	r := exampletest.RunFake(t, run, "-value", "A NAME THAT IS TOO LONG")
	assert.Equal(t, 2, r.Code)
	assert.Equal(t, "cnam: flowroute: cnams.create: value must have at most 15 characters\n", r.Stderr)
}

func TestRealLooks(t *testing.T) {
	srv := exampletest.NewServer(t)
	r := exampletest.RunReal(t, run, srv, "-value", "CAFE", "-number", flowroutetest.LongCode)
	require.Zero(t, r.Code, r.Stderr)
	assert.True(t, exampletest.OnlyRead(srv))
	assert.Contains(t, r.Stdout, "\nWith -spend it would ")
}

func TestRealSpends(t *testing.T) {
	srv := flowroutetest.NewServer() // whose clock stands still: a record is under review until it is approved here
	t.Cleanup(srv.Close)
	assert.Equal(t, 2, exampletest.RunReal(t, run, srv, "-spend", "-value", "CAFE").Code, "which number?")
	assert.Equal(t, 2, exampletest.RunReal(t, run, srv, "-spend", "-number", flowroutetest.LongCode).Code, "which name?")
	assert.Empty(t, srv.Requests())

	r := exampletest.RunReal(t, run, srv, "-spend", "-value", "CAFE", "-number", flowroutetest.LongCode)
	require.Zero(t, r.Code, r.Stderr)
	assert.Contains(t, r.Stdout, "Then run: cnam -spend -id 24141 -number \"12065550100\"\n")
	assert.Equal(t, flowroutetest.Epoch(), srv.Now().Truncate(time.Second))

	require.NoError(t, srv.ApproveCNAM("24141"))
	r = exampletest.RunReal(t, run, srv, "-spend", "-id", "24141", "-number", flowroutetest.LongCode)
	require.Zero(t, r.Code, r.Stderr)
	number, err := srv.Client().Numbers.Get(t.Context(), flowroutetest.LongCode)
	require.NoError(t, err)
	require.NotNil(t, number.CNAM, "it stays without -undo")
	assert.Equal(t, "CAFE", number.CNAM.Value)
}

func TestRejected(t *testing.T) {
	srv := flowroutetest.NewServer()
	t.Cleanup(srv.Close)
	record, err := srv.Client().CNAMs.Create(t.Context(), "POLICE")
	require.NoError(t, err)
	require.NoError(t, srv.RejectCNAM(record.ID, "Not the name of your business."))
	r := exampletest.RunReal(t, run, srv, "-spend", "-id", record.ID, "-number", flowroutetest.LongCode)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stdout, "rejected: Not the name of your business.\n")
	assert.Equal(t, "cnam: record 24141 was rejected: Not the name of your business.\n", r.Stderr)
}

func TestOutcomeUnknown(t *testing.T) {
	srv := exampletest.NewServer(t)
	srv.Inject(flowroutetest.Fault{Operation: "cnams.create", CarryOut: true, Truncate: true})
	r := exampletest.RunReal(t, run, srv, "-spend", "-value", "CAFE", "-number", flowroutetest.LongCode)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "run cnam without -spend to see whether the record is there\n")
	assert.Equal(t, 1, exampletest.Count(srv, "cnams.create"), "it is not repeated")
}

// TestHostile has what the API says be printed harmlessly.
func TestHostile(t *testing.T) {
	srv := exampletest.NewServer(t) // where each reading of the clock is an hour later
	for _, args := range [][]string{{"-spend", "-value", "CAFE", "-number", flowroutetest.LongCode}, {"-id", "24141"}} {
		r := exampletest.RunHostile(t, run, srv, args...)
		assert.Zero(t, r.Code, r.Stderr)
		assert.Contains(t, r.Stdout, "CAFE"+exampletest.Harmless)
	}
	require.NoError(t, srv.RejectCNAM("24141", "Too vague."))
	r := exampletest.RunHostile(t, run, srv, "-spend", "-id", "24141", "-number", flowroutetest.LongCode)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "was rejected: Too vague."+exampletest.Harmless)
}
