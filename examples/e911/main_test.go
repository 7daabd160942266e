package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/examples/internal/exampletest"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

var address = []string{
	"-first-name", "Ada", "-last-name", "Lovelace", "-street-number", "1218", "-street-name", "3rd Avenue",
	"-city", "Seattle", "-state", "WA", "-zip", "98101", "-number", flowroutetest.LongCode,
}

func TestFake(t *testing.T) {
	r := exampletest.RunFake(t, run)
	require.Zero(t, r.Code, r.Stderr)
	assert.Empty(t, r.Stderr)
	for _, line := range []string{
		"using the built-in fake, nothing is real.\n",
		"\n  no change  valid\n",
		"\n  ZIP 9      refused  ZIP                    must have 4 to 7 characters\n",
		"\n  state ZZ   refused  data.attributes.state  Not a valid state or province code.\n",
		"\nCreated record 21845.\n",
		"\n  21845  Example office  Ada Lovelace  1218 3rd Avenue, Suite 200, Seattle, WA 98101, US\n",
		"\nHelp for +1 206-555-0100 comes to 1218 3rd Avenue, Suite 200, Seattle, WA 98101, US.\n",
		"\nNumbers with record 21845\n  NUMBER           ALIAS\n  +1 206-555-0100\n",
		"\nUnassigned and deleted record 21845.\n",
	} {
		assert.Contains(t, r.Stdout, line)
	}
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-nope"}, {"extra"}, {"-number", "12"}} {
		r := exampletest.RunFake(t, run, args...)
		assert.Equal(t, 2, r.Code, args)
		assert.Contains(t, r.Stderr, "\nUsage: e911 [flags]\n", args)
	}
}

func TestUnknownAddress(t *testing.T) {
	r := exampletest.RunFake(t, run, append(address, "-street-number", flowroutetest.UnknownStreetNumber)...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "e911: flowroute: e911s.validate: 400 Bad Request: ")
}

func TestRealLooks(t *testing.T) {
	srv := exampletest.NewServer(t)
	r := exampletest.RunReal(t, run, srv, address...)
	require.Zero(t, r.Code, r.Stderr)
	assert.True(t, exampletest.OnlyRead(srv))
	assert.Contains(t, r.Stdout, "\nWith -spend it would ")
}

func TestRealSpends(t *testing.T) {
	srv := exampletest.NewServer(t)
	assert.Equal(t, 2, exampletest.RunReal(t, run, srv, "-spend").Code, "which number?")
	assert.Equal(t, 2, exampletest.RunReal(t, run, srv, "-spend", "-number", flowroutetest.LongCode).Code, "which address?")
	assert.Empty(t, srv.Requests())

	r := exampletest.RunReal(t, run, srv, append(address, "-spend")...)
	require.Zero(t, r.Code, r.Stderr)
	number, err := srv.Client().Numbers.Get(t.Context(), flowroutetest.LongCode)
	require.NoError(t, err)
	require.NotNil(t, number.E911, "it stays without -undo")

	r = exampletest.RunReal(t, run, srv, append(address, "-spend", "-undo")...)
	assert.Equal(t, 1, r.Code, "the record that the number has is not taken away")
	assert.Equal(t, "e911: +1 206-555-0100 has E911 record 21845 already\n", r.Stderr)
}

func TestOutcomeUnknown(t *testing.T) {
	srv := exampletest.NewServer(t)
	srv.Inject(flowroutetest.Fault{Operation: "e911s.create", CarryOut: true, Cut: true})
	r := exampletest.RunReal(t, run, srv, append(address, "-spend")...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "run e911 without -spend to see whether the record is there\n")
	assert.Equal(t, 1, exampletest.Count(srv, "e911s.create"), "it is not repeated")
}

// TestHostile has what the API says be printed harmlessly.
func TestHostile(t *testing.T) {
	srv := exampletest.NewServer(t)
	for _, args := range [][]string{nil, {"-spend", "-undo", "-number", flowroutetest.LongCode, "-suite", "200", "-first-name", "Ada", "-last-name", "Lovelace",
		"-street-number", "1218", "-street-name", "3rd Avenue", "-city", "Seattle", "-state", "WA", "-zip", "98101"}} {
		r := exampletest.RunHostile(t, run, srv, args...)
		assert.Zero(t, r.Code, r.Stderr)
		assert.Contains(t, r.Stdout, exampletest.Harmless)
	}
}
