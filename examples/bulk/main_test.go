package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/examples/internal/exampletest"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

func TestFake(t *testing.T) {
	r := exampletest.RunFake(t, run)
	require.Zero(t, r.Code, r.Stderr)
	assert.Empty(t, r.Stderr)
	assert.Equal(t, ""+
		"No FR_ACCESS_KEY and FR_SECRET_KEY in the environment: using the built-in fake, nothing is real.\n"+
		"Recipients in the sample: 5, lines with a number again, which were passed over: 1\n"+
		"To be sent: 5 texts in 5 segments, for about $0.02 and carrier fees, in about 1s.\n"+
		"The first, to +1 206-555-0111: \"Hi Ada, your table is ready.\"\n"+
		"1 of 5: 1 sent, 0 not sent, 0 unknown\n"+
		"2 of 5: 2 sent, 0 not sent, 0 unknown\n"+
		"3 of 5: 3 sent, 0 not sent, 0 unknown\n"+
		"4 of 5: 4 sent, 0 not sent, 0 unknown\n"+
		"5 of 5: 5 sent, 0 not sent, 0 unknown\n"+
		"\nSent 5 of 5.\n", r.Stdout)
}

// TestFakeKeepsNoJournal has a journal only where it is asked for, and that is no journal for the real API.
func TestFakeKeepsNoJournal(t *testing.T) {
	srv := newServer(t)
	args := campaignFor(t, 3)
	r := exampletest.RunFake(t, run, args...)
	require.Zero(t, r.Code, r.Stderr)
	assert.NoFileExists(t, args[1]+".journal")

	r = exampletest.RunFake(t, run, append(args, "-journal", args[1]+".journal")...)
	require.Zero(t, r.Code, r.Stderr)
	r = exampletest.RunReal(t, run, srv, args...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "the journal is of the fake, or of Flowroute, and this is the other: give another name with -journal\n")
	assert.Empty(t, srv.Messages())
}

func TestFlags(t *testing.T) {
	srv := newServer(t)
	args := campaignFor(t, 1)
	for _, wrong := range [][]string{
		{"-nope"}, {"extra"}, {"-from", "12"}, {"-rate", "0"}, {"-price", "-1"}, {"-workers", "0"}, {"-look", "-1s"},
		{"-csv", ""}, {"-text", ""}, {"-from", flowroutetest.LongCode, "-text", "Hi {nickname}"},
	} {
		r := exampletest.RunReal(t, run, srv, append(args, wrong...)...)
		assert.Equal(t, 2, r.Code, wrong)
		assert.Contains(t, r.Stderr, "\nUsage: bulk [flags]\n", wrong)
	}
	assert.Empty(t, srv.Requests())
}

func TestRealLooks(t *testing.T) {
	srv := newServer(t)
	args := campaignFor(t, 3)
	r := exampletest.RunReal(t, run, srv, append(args, "-spend=false", "-rate", "5", "-text", "Hi {name}, your table’s ready…", "-price", "0.0075")...)
	require.Zero(t, r.Code, r.Stderr)
	assert.True(t, exampletest.OnlyRead(srv))
	assert.NoFileExists(t, args[1]+".journal")
	assert.Contains(t, r.Stdout, "\nTo be sent: 3 texts in 3 segments, for about $0.0225 and carrier fees, in about 1s.\n")
	assert.Contains(t, r.Stdout, "\nThe first, to +1 206-555-2000: \"Hi Person 0, your table’s ready…\"\n")
	assert.Contains(t, r.Stdout, " 70 characters in a segment, and not 160: ’… (-plain may help)\n")
	assert.Contains(t, r.Stdout, "\nWith -spend it would send them.\n")

	r = exampletest.RunReal(t, run, srv, append(args, "-spend=false", "-from", "206 555 0199")...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "bulk: -from: flowroute: numbers.get: 404 Not Found: ")
}

func TestSendsOnce(t *testing.T) {
	srv := newServer(t)
	args := campaignFor(t, 25)
	r := exampletest.RunReal(t, run, srv, args...)
	require.Zero(t, r.Code, r.Stderr)
	assert.Equal(t, once(numbers(25)), received(srv))
	assert.Contains(t, r.Stdout, "\n25 of 25: 25 sent, 0 not sent, 0 unknown\n\nSent 25 of 25.\n")

	r = exampletest.RunReal(t, run, srv, append(args, "-spend=false")...)
	require.Zero(t, r.Code, r.Stderr)
	assert.Contains(t, r.Stdout, "\nBy the journal 25 were sent before, and 0 may have been.\nTo be sent: 0 texts in 0 segments, ")
	r = exampletest.RunReal(t, run, srv, args...)
	require.Zero(t, r.Code, r.Stderr)
	assert.Equal(t, once(numbers(25)), received(srv))

	r = exampletest.RunReal(t, run, srv, append(args, "-text", "Another text")...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "the journal is of another text or sender: give another name with -journal, or the same -text and -from as before\n")
	assert.Equal(t, once(numbers(25)), received(srv))
}

// TestRefused has Flowroute refuse some numbers, and then the sender.
func TestRefused(t *testing.T) {
	const refused = patience + 1 // which says nothing about the next number, however many they are
	srv := newServer(t)
	all := numbers(refused + 3)
	args := append(campaignFor(t, len(all)), "-workers", "1")
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Times: refused, Status: http.StatusUnprocessableEntity})
	r := exampletest.RunReal(t, run, srv, args...)
	assert.Equal(t, 1, r.Code)
	assert.Equal(t, once(all[refused:]), received(srv))
	assert.Contains(t, r.Stdout, "\nNot sent, and tried again if the same command is run again\n"+
		"  NUMBER           REASON\n  +1 206-555-2000  flowroute: messages.send: 422 Unprocessable Entity: ")
	assert.Equal(t, "bulk: 6 of 9 were not sent, or are not known to be\n", r.Stderr)

	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Status: http.StatusForbidden})
	r = exampletest.RunReal(t, run, srv, args...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stderr, "bulk: stopped: flowroute: messages.send: 403 Forbidden: ")

	r = exampletest.RunReal(t, run, srv, args...)
	require.Zero(t, r.Code, r.Stderr)
	assert.Equal(t, once(all), received(srv))
}

// TestStops has the sender refused at the beginning, and then the API fail: neither is tried with everybody.
func TestStops(t *testing.T) {
	srv := newServer(t)
	args := append(campaignFor(t, 20), "-workers", "1")
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Times: 2, Status: http.StatusForbidden})
	assert.Equal(t, 1, exampletest.RunReal(t, run, srv, args...).Code)
	assert.Equal(t, 1, exampletest.Count(srv, "messages.send"))

	srv.ClearFaults()
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Times: flowroutetest.Always, Status: http.StatusInternalServerError})
	r := exampletest.RunReal(t, run, srv, args...)
	assert.Equal(t, 1, r.Code)
	assert.Equal(t, 1+patience, exampletest.Count(srv, "messages.send"))
	assert.Contains(t, r.Stderr, "bulk: stopped: 5 texts in a row were not sent, or may not have been, the last one because of flowroute: messages.send: 500 ")
	assert.Contains(t, r.Stdout, "\nNot known to be sent, ")
}

// TestConnectionsCut has connections break after a text was taken, and before.
func TestConnectionsCut(t *testing.T) {
	srv := newServer(t)
	args := append(campaignFor(t, 12), "-workers", "1")
	pass := flowroutetest.Fault{Operation: "messages.send"}
	after := flowroutetest.Fault{Operation: "messages.send", Cut: true, CarryOut: true}
	before := flowroutetest.Fault{Operation: "messages.send", Cut: true}
	srv.Inject(after, pass, after, before, pass, before, after, pass)
	r := exampletest.RunReal(t, run, srv, args...)
	all := numbers(12)
	lost := []string{all[3], all[5]}
	want := once(all)
	for _, n := range lost {
		delete(want, n)
	}
	assert.Equal(t, want, received(srv))
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stdout, "\n12 of 12: 7 sent, 0 not sent, 5 unknown\nLooking for 5 texts that may have been sent.\n\nSent 10 of 12.\n")
	assert.Contains(t, r.Stdout, "  +1 206-555-2003  ")
	assert.Contains(t, r.Stdout, "  +1 206-555-2005  ")
	assert.NotContains(t, r.Stdout, "  +1 206-555-2006  ")

	r = exampletest.RunReal(t, run, srv, args...)
	assert.Equal(t, 1, r.Code)
	assert.Equal(t, want, received(srv), "what isn't known is not sent again")
	assert.Contains(t, r.Stdout, "\nBy the journal 10 were sent before, and 2 may have been.\nTo be sent: 0 texts ")

	r = exampletest.RunReal(t, run, srv, append(args, "-resend-unknown")...)
	require.Zero(t, r.Code, r.Stderr)
	assert.Equal(t, once(all), received(srv))
}

// TestAbroad has a recipient abroad, whose text is sent, and found when its answer is lost.
func TestAbroad(t *testing.T) {
	srv := newServer(t)
	csv := filepath.Join(t.TempDir(), "people.csv")
	require.NoError(t, os.WriteFile(csv, []byte("number\n+44 20 7946 0000\n+44 20 7946 0001\n"), 0o600))
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Cut: true, CarryOut: true})
	r := exampletest.RunReal(t, run, srv, "-csv", csv, "-text", "Hi", "-from", flowroutetest.LongCode, "-workers", "1", "-spend")
	require.Zero(t, r.Code, r.Stderr)
	assert.Contains(t, r.Stdout, "\nThe first, to +442079460000: \"Hi\"\n")
	assert.Contains(t, r.Stdout, "\nLooking for 1 texts that may have been sent.\n\nSent 2 of 2.\n")
	assert.Len(t, srv.Messages(), 2)
}

// TestOtherMessages has records about that are not those of the text in doubt.
func TestOtherMessages(t *testing.T) {
	srv := newServer(t)
	args := campaignFor(t, 1)
	_, err := srv.Receive(flowroutetest.Inbound{From: numbers(1)[0], To: flowroutetest.LongCode, Body: "Hi Person 0, your table is ready."})
	require.NoError(t, err)
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Cut: true})
	r := exampletest.RunReal(t, run, srv, args...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stdout, "\nSent 0 of 1.\n")

	for _, other := range [][]string{
		{"-from", flowroutetest.TollFree}, {"-text", "Hi {name}, your table is not ready."},
	} {
		other = append(args, append(other, "-journal", filepath.Join(t.TempDir(), "other"))...)
		require.Zero(t, exampletest.RunReal(t, run, srv, other...).Code)
	}
	srv.Advance(flowroutetest.MessageRecordAfter)
	r = exampletest.RunReal(t, run, srv, args...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stdout, "\nSent 0 of 1.\n")
}

func TestRecipients(t *testing.T) {
	srv := newServer(t)
	args := append(campaignFor(t, 1), "-text", "Hi {Name}, your {thing} is ready.")
	for _, c := range []struct{ csv, message string }{
		{"", "the file is empty"},
		{"phone\n2065552000\n", `one of them must be "number"`},
		{"number,name,thing\n2065552000,Ada\n", "wrong number of fields"},
		{"number,name,thing\n555,Ada,table\n2065552001,,table\n2065552002,\xff,table\n2065552003,Ada,table\n", "" +
			"line 2: the number must be a North American number of 10 digits, or 11 with the leading 1, or begin with + and a country code\n" +
			args[1] + ": line 3: the text needs {Name}, which is empty\n" +
			args[1] + ": line 4: the text is not UTF-8: save the file as UTF-8\n"},
	} {
		require.NoError(t, os.WriteFile(args[1], []byte(c.csv), 0o600))
		r := exampletest.RunReal(t, run, srv, args...)
		assert.Equal(t, 1, r.Code, c.csv)
		assert.Contains(t, r.Stderr, c.message)
	}
	assert.Empty(t, srv.Requests())

	require.NoError(t, os.WriteFile(args[1], []byte("\ufeffThing, NUMBER ,name\n"+
		"table,1-206-555-2000,{thing}\nboat,(206) 555-2001,“Ada”\nroom,206.555.2001,Bob\nboat,+1 206-555-2001,Eve\n"), 0o600))
	r := exampletest.RunReal(t, run, srv, append(args, "-plain", "-workers", "1")...)
	require.Zero(t, r.Code, r.Stderr)
	assert.Contains(t, r.Stdout, ": 2, lines with a number again, which were passed over: 2\n")
	require.Len(t, srv.Messages(), 2)
	assert.Equal(t, "Hi {thing}, your table is ready.", srv.Messages()[0].Body)
	assert.Equal(t, "12065552000", srv.Messages()[0].To)
	assert.Equal(t, `Hi "Ada", your boat is ready.`, srv.Messages()[1].Body)
}

// TestHostile has what the API says, and what a recipient is called, be printed harmlessly.
func TestHostile(t *testing.T) {
	srv := newServer(t)
	name := filepath.Join(t.TempDir(), "people.csv")
	require.NoError(t, os.WriteFile(name, []byte("number,name\n2065552000,\"A\x1b[2J\u202e\nda\"\n2065552001,\"A\u0085\"\n"), 0o600))
	srv.Inject(flowroutetest.Fault{Operation: "messages.send", Status: http.StatusUnprocessableEntity})
	args := []string{"-csv", name, "-text", greeting, "-from", flowroutetest.LongCode, "-rate", "Inf", "-look", "300ms", "-spend", "-workers", "1"}
	r := exampletest.RunHostile(t, run, srv, args...)
	assert.Equal(t, 1, r.Code)
	assert.Contains(t, r.Stdout, `"Hi A\x1b[2J\u202e\nda, your table is ready."`)
	assert.Contains(t, r.Stdout, "forged")
	assert.Len(t, srv.Messages(), 1)
}
