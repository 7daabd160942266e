package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/examples/internal/exampletest"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// offer is the price of a number that isn't dear, after the number.
var offer = regexp.MustCompile(`(?:Bought|buy) (\+1 206-\d{3}-\d{4}) for \$1\.00 and \$1\.25 a month`)

func TestFake(t *testing.T) {
	r := exampletest.RunFake(t, run)
	require.Zero(t, r.Code, r.Stderr)
	assert.Empty(t, r.Stderr)
	match := offer.FindStringSubmatch(r.Stdout)
	require.NotNil(t, match, r.Stdout)
	for _, line := range []string{
		"using the built-in fake, nothing is real.\n",
		"\n  201 206 212 253 ",
		"\n  206203 206209 ",
		"\nCreated route 98396 to sip.example.com.\nThe number's calls go to sip.example.com.\n",
		"\nSent message mdr2-",
		"\nFrom " + match[1] + " to +1 206-555-0199, $0.004: \"Your table is ready.\"\n",
		"  2      message buffered  1003  Message accepted by Carrier\n",
		"  1      smsc submit             Message has been sent\n",
		"\n  " + match[1] + "  longcode   yes\n",
	} {
		assert.Contains(t, r.Stdout, line)
	}
}

func TestFakeFrom(t *testing.T) {
	r := exampletest.RunFake(t, run, "-from", flowroutetest.TollFree, "-text", "Hello")
	require.Zero(t, r.Code, r.Stderr)
	assert.NotContains(t, r.Stdout, "Bought")
	assert.Contains(t, r.Stdout, `From +1 844-555-0100 to +1 206-555-0199, $0.004: "Hello"`)
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-nope"}, {"extra"}, {"-to", "12"}, {"-text", ""}, {"-max-setup", "a lot"}} {
		r := exampletest.RunFake(t, run, args...)
		assert.Equal(t, 2, r.Code, args)
		assert.Contains(t, r.Stderr, "\nUsage: numbers [flags]\n", args)
	}
	assert.Zero(t, exampletest.RunFake(t, run, "-h").Code)
	assert.Equal(t, 2, exampletest.RunFake(t, run, "-area-code", "twohundredsix").Code)
}

func TestDearNumber(t *testing.T) {
	r := exampletest.RunFake(t, run, "-number", "+1 206-203-0000")
	assert.Equal(t, 1, r.Code)
	assert.Equal(t, "numbers: no number that begins with +1 206-203-0000 costs at most $5.00 to set up\n", r.Stderr)
}

func TestOneKeyMissing(t *testing.T) {
	srv := exampletest.NewServer(t)
	srv.SecretKey = ""
	r := exampletest.RunReal(t, run, srv)
	assert.Equal(t, 2, r.Code)
	assert.Contains(t, r.Stderr, "FR_SECRET_KEY is not set in the environment")
}

func TestRealLooks(t *testing.T) {
	srv := exampletest.NewServer(t)
	before := len(srv.Numbers())
	r := exampletest.RunReal(t, run, srv, "-to", "206 555 0199", "-route", "sip.example.com")
	require.Zero(t, r.Code, r.Stderr)
	assert.True(t, exampletest.OnlyRead(srv))
	assert.Empty(t, srv.Messages())
	assert.Len(t, srv.Numbers(), before)
	assert.NotContains(t, r.Stdout, "fake")
	assert.Contains(t, r.Stdout, "\nLatest messages\n")
	assert.Contains(t, r.Stdout, "\nWith -spend it would buy ")
	assert.Regexp(t, offer, r.Stdout)
}

func TestRealSpends(t *testing.T) {
	srv := exampletest.NewServer(t)
	before := len(srv.Numbers())
	r := exampletest.RunReal(t, run, srv, "-spend")
	assert.Equal(t, 2, r.Code, "whom to?")
	assert.Empty(t, srv.Requests())

	r = exampletest.RunReal(t, run, srv, "-spend", "-to", "206 555 0199")
	require.Zero(t, r.Code, r.Stderr)
	assert.Len(t, srv.Numbers(), before+1)
	require.Len(t, srv.Messages(), 1)
	assert.Equal(t, "12065550199", srv.Messages()[0].To)
	assert.Zero(t, exampletest.Count(srv, "routes.create"), "without -route there is none")

	match := offer.FindStringSubmatch(r.Stdout)
	require.NotNil(t, match, r.Stdout)
	r = exampletest.RunReal(t, run, srv)
	assert.Contains(t, r.Stdout, "  "+match[1]+"  +1 206-555-0199  message buffered  $0.004\n")
}

func TestOutcomeUnknown(t *testing.T) {
	for operation, how := range map[string]string{
		"numbers.purchase": "run numbers without -spend to see whether the number is on the account\n",
		"routes.create":    "run numbers without -spend to see whether the route is there\n",
		"messages.send":    "run numbers without -spend in a minute to see whether it was sent\n",
	} {
		srv := exampletest.NewServer(t)
		srv.Inject(flowroutetest.Fault{Operation: operation, CarryOut: true, Status: 500})
		r := exampletest.RunReal(t, run, srv, "-spend", "-to", "206 555 0199", "-route", "sip.example.com")
		assert.Equal(t, 1, r.Code)
		assert.Contains(t, r.Stderr, how)
		assert.Equal(t, 1, exampletest.Count(srv, operation), "it is not repeated")
	}
}

// TestHostile has everything that the API says, and a phone can be made to send, be printed harmlessly.
func TestHostile(t *testing.T) {
	for _, args := range [][]string{nil, {"-spend", "-to", "+1 206-555-0199"}} {
		r := exampletest.RunHostile(t, run, exampletest.NewServer(t), args...)
		assert.Zero(t, r.Code, r.Stderr)
		assert.Contains(t, r.Stdout, exampletest.Harmless)
	}
}
