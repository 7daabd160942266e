package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProgress(t *testing.T) {
	var out strings.Builder
	lines := newProgress(&out, 20)
	for range 18 {
		lines.add(sent)
	}
	lines.add(unknown)
	lines.add(failed)
	lines.end()
	assert.Equal(t, 10, strings.Count(out.String(), "\n"))
	assert.True(t, strings.HasSuffix(out.String(), "18 of 20: 18 sent, 0 not sent, 0 unknown\n20 of 20: 18 sent, 1 not sent, 1 unknown\n"))

	out.Reset()
	line := newProgress(&out, 2)
	line.terminal = true
	line.add(sent)
	line.add(sent)
	line.end()
	assert.Equal(t, "\r1 of 2: 1 sent, 0 not sent, 0 unknown\r2 of 2: 2 sent, 0 not sent, 0 unknown\n", out.String())
}
