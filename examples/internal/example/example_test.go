package example

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		session := &Session{}
		looks := 0
		third := func() (bool, error) { looks++; return looks == 3, nil }
		began := time.Now()

		there, err := session.Until(t.Context(), time.Second, time.Minute, third)
		assert.NoError(t, err)
		assert.True(t, there)
		assert.Equal(t, 2*time.Second, time.Since(began))

		there, err = session.Until(t.Context(), time.Second, 5*time.Second, third)
		assert.NoError(t, err)
		assert.False(t, there)
		assert.Equal(t, 7*time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = session.Until(ctx, time.Hour, time.Hour, third)
		assert.ErrorIs(t, err, context.DeadlineExceeded)

		broken := errors.New("broken")
		_, err = session.Until(t.Context(), time.Hour, time.Hour, func() (bool, error) { return false, broken })
		assert.ErrorIs(t, err, broken)
		assert.Equal(t, 8*time.Second, time.Since(began))
	})
}

func TestFakeDoesNotWait(t *testing.T) {
	t.Setenv("FR_ACCESS_KEY", "")
	t.Setenv("FR_SECRET_KEY", "")
	session, err := Start(t.Context(), t.Output())
	assert.NoError(t, err)
	defer session.Close()
	began := session.Now()
	assert.NoError(t, session.Wait(t.Context(), 48*time.Hour))
	assert.Equal(t, began.Add(48*time.Hour), session.Now())
}

// TestRunPrintsErrors has joined errors keep their lines, and text from outside print nothing else.
func TestRunPrintsErrors(t *testing.T) {
	var stderr strings.Builder
	flags := Flags("try", "", &stderr)
	code := Run(flags, nil, func() error { return errors.Join(errors.New("one\x1b[2J"), errors.New("two é")) })
	assert.Equal(t, 1, code)
	assert.Equal(t, "try: one\ufffd[2J\ntwo é\n", stderr.String())
}

func TestPrint(t *testing.T) {
	assert.Equal(t, "1206\ufffd550100", Phone("1206\n550100"), "11 characters that are not all digits")
	var out strings.Builder
	Table(&out, [][]string{{"NUMBER", "ALIAS", "COST"}, {Phone("12065550100"), "", "$1.25"}, {Phone("+442079460000"), "", ""}, {Phone("24365"), "", ""}})
	Table(&out, [][]string{{"ID"}})
	assert.Equal(t, ""+
		"  NUMBER           ALIAS  COST\n"+
		"  +1 206-555-0100         $1.25\n"+
		"  +442079460000\n"+
		"  24365\n"+
		"  ID\n"+
		"  none\n", out.String())
}

func TestTextFromOthers(t *testing.T) {
	for text, want := range map[string]struct{ plain, cell string }{
		"":                       {"", ""},
		"Smith & Søn, 5\" pipe":  {"Smith & Søn, 5\" pipe", "Smith & Søn, 5\" pipe"},
		"👩\u200d👧":               {"👩\u200d👧", "👩\u200d👧"},
		"+12065550100":           {"+12065550100", "+12065550100"},
		"-1.25":                  {"-1.25", "-1.25"},
		"a=1+1":                  {"a=1+1", "a=1+1"},
		"=1+1":                   {"=1+1", "'=1+1"},
		"+1+1":                   {"+1+1", "'+1+1"},
		"-1-1":                   {"-1-1", "'-1-1"},
		"a;=1+1;\u200b=2; b":     {"a;=1+1;\u200b=2; b", "a;'=1+1;'\u200b=2; b"},
		"-1.25;+1;-1;":           {"-1.25;+1;-1;", "-1.25;+1;-1;"},
		"@SUM(A1)":               {"@SUM(A1)", "'@SUM(A1)"},
		"＝1":                     {"＝1", "'＝1"},
		"＋1":                     {"＋1", "'＋1"},
		"－1":                     {"－1", "'－1"},
		"＠x":                     {"＠x", "'＠x"},
		"  =1":                   {"  =1", "'  =1"},
		"\t=1":                   {"\ufffd=1", "'\ufffd=1"},
		"\r=1":                   {"\ufffd=1", "'\ufffd=1"},
		"\n=1":                   {"\ufffd=1", "'\ufffd=1"},
		"\x00=1":                 {"\ufffd=1", "'\ufffd=1"},
		"\u200b=1":               {"\u200b=1", "'\u200b=1"},
		"\xff=1":                 {"\ufffd=1", "'\ufffd=1"},
		"a\r\nb":                 {"a\ufffd\ufffdb", "a\ufffd\ufffdb"},
		"\x1b[2J":                {"\ufffd[2J", "\ufffd[2J"},
		"\u009b2J":               {"\ufffd2J", "\ufffd2J"},
		"\x9b2J":                 {"\ufffd2J", "\ufffd2J"},
		"a\u2028b\u202ec\u2066d": {"a\ufffdb\ufffdc\ufffdd", "a\ufffdb\ufffdc\ufffdd"},
	} {
		assert.Equal(t, want.plain, Plain(text), "%q", text)
		assert.Equal(t, want.cell, Cell(text), "%q", text)
	}
	var out strings.Builder
	Table(&out, [][]string{{"A", "B"}, {"\x1b[2J\nforged\tcell", "1"}})
	assert.Equal(t, "  A                 B\n  \ufffd[2J\ufffdforged\ufffdcell  1\n", out.String())
}
