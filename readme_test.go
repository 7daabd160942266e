package flowroute_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
	var examples []byte
	for _, file := range []string{"example_test.go", "example_webhook_test.go"} {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		examples = append(examples, content...)
	}

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

// TestContributing has each piece of code in CONTRIBUTING.md stand, to the letter, in the file that it is said to be
// from.
func TestContributing(t *testing.T) {
	guide, err := os.ReadFile("CONTRIBUTING.md")
	require.NoError(t, err)
	pieces := regexp.MustCompile("(?s)(?:In `([\\w./]+)`:\n\n)?```(?:go|md)\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	require.Len(t, pieces, 10)
	var file, content string
	for _, piece := range pieces {
		if file != piece[1] && piece[1] != "" { // without a name it is of the file before
			read, err := os.ReadFile(piece[1])
			require.NoError(t, err)
			file, content = piece[1], string(read)
		}
		assert.Contains(t, content, piece[2], file)
	}
}

// TestReadmeLinks has each link within the README lead to a heading of it, and each other to a file.
func TestReadmeLinks(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	prose := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(string(readme), "")
	headings := map[string]bool{}
	for _, heading := range regexp.MustCompile("(?m)^#+ (.*)$").FindAllStringSubmatch(prose, -1) {
		slug := regexp.MustCompile("[^a-z0-9 -]").ReplaceAllString(strings.ToLower(heading[1]), "")
		headings["#"+strings.ReplaceAll(slug, " ", "-")] = true
	}
	links := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(prose, -1)
	assert.Greater(t, len(links), 10)
	for _, link := range links {
		switch target := link[1]; {
		case strings.HasPrefix(target, "#"):
			assert.True(t, headings[target], target)
		case !strings.HasPrefix(target, "https://"):
			assert.FileExists(t, filepath.FromSlash(target))
		}
	}
}

// TestReadmeOperations has the README's table list the operations that the methods' documentation names, with the right
// methods, and tell truly what is repeated. Each operation is among those that are tested.
func TestReadmeOperations(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	got := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]*)` \\| (.*?) \\| (yes|no|not with an e-mail) \\|").FindAllStringSubmatch(string(readme), -1) {
		if _, twice := got[row[1]]; twice {
			t.Errorf("README.md has two rows for %s", row[1])
		}
		got[row[1]] = strings.ReplaceAll(row[2], "`", "") + ": " + row[3]
	}
	want := documentedOperations(t)
	require.NotEmpty(t, want)
	for _, api := range slices.Sorted(maps.Keys(want)) {
		switch row, exists := got[api]; {
		case !exists:
			t.Errorf("README.md has no row for %s (%s)", api, want[api])
		case row != want[api]:
			t.Errorf("README.md has %s (%s), which must be (%s)", api, row, want[api])
		}
		delete(got, api)
	}
	for _, api := range slices.Sorted(maps.Keys(got)) {
		t.Errorf("README.md has a row for %s (%s), which no method's documentation names", api, got[api])
	}
}

// documentedOperations are the methods of each operation, and whether it is repeated, as the README has them. They are
// read from the source.
func documentedOperations(t *testing.T) map[string]string {
	tested := map[string]bool{"porting.upload": true} // in two steps: by TestUpload
	for _, op := range operations() {
		tested[op.name] = true
	}
	documented := map[string]string{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	method := regexp.MustCompile(`(?m)^// API: (.*?)(?: \(or .*)?\nfunc \(s \*(\w+)Service\) (\w+)\([^{]*\{\n((?:\t.*\n)*)`)
	made := regexp.MustCompile(`\b(?:get|put|patch|del|ask|post|once)\("(\w+\.\w+)"`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range method.FindAllStringSubmatch(string(source), -1) {
			api, service, name, body := m[1], m[2], m[3], m[4]
			repeated := "yes"
			for _, operation := range made.FindAllStringSubmatch(body, -1) {
				assert.True(t, tested[operation[1]], "%s has to be among the operations that are tested", operation[1])
				if once(operation[1]) {
					repeated = "no"
				}
				if strings.Contains(body, ".onceIf(") {
					repeated = "not with an e-mail"
				}
			}
			if before, _, found := strings.Cut(documented[api], ": "); found {
				documented[api] = before + ", " + name + ": " + repeated
			} else {
				documented[api] = service + "." + name + ": " + repeated
			}
		}
	}
	return documented
}
