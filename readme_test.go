package flowroute_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestReadme has each piece of Go in the README either stand, to the letter, among the examples that are run, or, if it
// is a whole program, run.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	examples, err := os.ReadFile("example_test.go")
	require.NoError(t, err)

	programs := 0
	for _, block := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		code := block[1]
		if !strings.HasPrefix(code, "package main") {
			assert.Contains(t, string(examples), code)
			continue
		}
		programs++
		srv := flowroutetest.NewServer()
		t.Cleanup(srv.Close)
		file := filepath.Join(t.TempDir(), "main.go")
		require.NoError(t, os.WriteFile(file, []byte(code), 0o600))
		run := exec.CommandContext(t.Context(), "go", "run", file)
		run.Env = append(os.Environ(), "FR_ACCESS_KEY="+srv.AccessKey, "FR_SECRET_KEY="+srv.SecretKey, "FR_BASE_URL="+srv.URL)
		out, err := run.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Len(t, srv.Messages(), 1)
		assert.Equal(t, "sent "+srv.Messages()[0].ID+"\n", string(out))
	}
	assert.Equal(t, 1, programs)
}
