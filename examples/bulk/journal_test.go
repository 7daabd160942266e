package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

var testCampaign = campaign{From: "12065550100", Text: "Hello"}

// writeJournal returns the content of a journal with these lines.
func writeJournal(t *testing.T, entries ...entry) []byte {
	name := filepath.Join(t.TempDir(), "journal")
	j, err := openJournal(name, testCampaign, flowroutetest.Epoch)
	require.NoError(t, err)
	for _, e := range entries {
		require.NoError(t, j.write(e))
	}
	j.close()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	return content
}

func everyOutcome(t *testing.T) []byte {
	return writeJournal(t,
		entry{Event: attempted, To: "1", Body: "Hello"},
		entry{Event: attempted, To: "2", Body: "Hello\n\"2\""},
		entry{Event: sent, To: "1", ID: "mdr2-1"},
		entry{Event: failed, To: "2", Reason: "refused"},
		entry{Event: attempted, To: "2", Body: "Hello"},
		entry{Event: attempted, To: "3", Body: "Hello"},
		entry{Event: unknown, To: "3", Reason: "time ran out"},
		entry{Event: attempted, To: "4", Body: "Hello"},
	)
}

// TestCutAnywhere has the process killed after each byte that it has written.
func TestCutAnywhere(t *testing.T) {
	whole := everyOutcome(t)
	name := filepath.Join(t.TempDir(), "journal")
	for cut := range len(whole) + 1 {
		require.NoError(t, os.WriteFile(name, whole[:cut], 0o600))
		j, err := readJournal(name, testCampaign)
		require.NoError(t, err, "%s", whole[:cut])
		lines := bytes.Count(whole[:cut], []byte("\n"))
		want := map[string]event{
			"1": []event{none, none, unknown, unknown, sent, sent, sent, sent, sent, sent}[lines],
			"2": []event{none, none, none, unknown, unknown, failed, unknown, unknown, unknown, unknown}[lines],
			"3": []event{none, none, none, none, none, none, none, unknown, unknown, unknown}[lines],
			"4": []event{none, none, none, none, none, none, none, none, none, unknown}[lines],
		}
		for number, outcome := range want {
			assert.Equal(t, outcome, j.outcome(number), "%s after %d lines", number, lines)
		}
	}
}

// TestGoOnAfterCut has a journal go on after a line of which a part is there.
func TestGoOnAfterCut(t *testing.T) {
	whole := everyOutcome(t)
	name := filepath.Join(t.TempDir(), "journal")
	first := bytes.IndexByte(whole, '\n')
	whole = append(whole, `{"event":"attempt","body":"`+strings.Repeat("long ", 500)...)
	for _, cut := range []int{0, 1, 20, first, first + 1, bytes.LastIndexByte(whole, '\n'), len(whole)} {
		require.NoError(t, os.WriteFile(name, whole[:cut], 0o600))
		j, err := openJournal(name, testCampaign, flowroutetest.Epoch)
		require.NoError(t, err)
		require.NoError(t, j.write(entry{Event: attempted, To: "5", Body: "Hello"}))
		require.NoError(t, j.write(entry{Event: sent, To: "5", ID: "mdr2-5"}))
		want := j.texts()
		j.close()

		again, err := readJournal(name, testCampaign)
		require.NoError(t, err)
		got := again.texts()
		require.Len(t, got, len(want))
		for i := range want {
			assert.Equal(t, want[i].to, got[i].to)
			assert.Equal(t, want[i].outcome, got[i].outcome)
			assert.True(t, want[i].attempted.Equal(got[i].attempted))
		}
		assert.Equal(t, sent, again.outcome("5"))
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(content, whole[:bytes.LastIndexByte(whole[:cut], '\n')+1]), "whole lines stay")
		assert.True(t, bytes.HasSuffix(content, []byte("\n")), "half a line does not")
	}
}

func TestDamagedJournal(t *testing.T) {
	whole := string(everyOutcome(t))
	first, rest, _ := strings.Cut(whole, "\n")
	for content, message := range map[string]string{
		"number,name\n2065552000,Ada\n":         "this is no journal of bulk",
		"a note without an end":                 "this is no journal of bulk",
		"{}\n":                                  "this is no journal of bulk",
		`{"event":"began"}` + "\n":              "line 1: it must name the campaign",
		first + "\n\x00\x00\x00\n" + rest:       "line 2 can't be read: the journal is damaged",
		first + "\n" + rest[1:]:                 "line 2 can't be read: the journal is damaged",
		first + `{"event":"sent"}` + "\n":       "line 1 can't be read: the journal is damaged",
		first + "\n" + `{"event":"sent"}`:       "", // half a line
		first + "\n" + `{"event":"x"}` + "\n":   "line 2: it tells the outcome of nothing that was attempted",
		whole + `{"event":"x","to":"1"}` + "\n": `line 10: the event "x" is not known`,
	} {
		name := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
		j, err := openJournal(name, testCampaign, flowroutetest.Epoch)
		if message == "" {
			require.NoError(t, err)
			j.close()
			continue
		}
		require.Error(t, err, content)
		assert.Contains(t, err.Error(), message)
		after, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, content, string(after), "it stays as it is")
	}
}

func TestOneProcessAtATime(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	j, err := openJournal(name, testCampaign, flowroutetest.Epoch)
	require.NoError(t, err)
	_, err = openJournal(name, testCampaign, flowroutetest.Epoch)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "another bulk is at work with this journal: wait until it is done")
	j.close()
	j, err = openJournal(name, testCampaign, flowroutetest.Epoch)
	require.NoError(t, err)
	j.close()
}

func TestJournalCanNotBeWritten(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	j, err := openJournal(name, testCampaign, flowroutetest.Epoch)
	require.NoError(t, err)
	j.close()
	for range 2 { // it stays broken: there may be half a line
		err := j.write(entry{Event: attempted, To: "1"})
		require.Error(t, err)
		assert.Contains(t, err.Error(), "the journal can't be written, so nothing more is sent: ")
	}
	assert.Equal(t, none, j.outcome("1"))
}
