package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// errLocked is the error of a file that another process has locked.
var errLocked = errors.New("another process has locked it")

// event is what a line of the journal tells.
type event string

const (
	began     event = "began"   // the first line: whose journal it is
	attempted event = "attempt" // a text is about to be sent
	sent      event = "sent"    // Flowroute has it
	failed    event = "failed"  // it was certainly not sent
	unknown   event = "unknown" // it may have been sent

	none event = "" // nothing was attempted yet
)

// entry is a line of the journal.
type entry struct {
	Event    event     `json:"event"`
	Time     time.Time `json:"time"`
	Campaign *campaign `json:"campaign,omitempty"` // of the first line
	To       string    `json:"to,omitempty"`       // of every other line
	Body     string    `json:"body,omitempty"`     // of an attempt
	ID       string    `json:"id,omitempty"`       // of what was sent
	Reason   string    `json:"reason,omitempty"`   // why it was not, or how it is known
}

// campaign is what a journal belongs to. It does not fit another text, whose recipients would be taken to have got it.
type campaign struct {
	From string `json:"from"`
	Text string `json:"text"`
	Fake bool   `json:"fake"`
}

// text is what became of the last attempt to send to a number.
type text struct {
	to, body  string
	attempted time.Time
	outcome   event
	known     time.Time // when the outcome was written down
	id        string
	reason    string
}

// journal is a file of what was attempted, and what came of it. Each line is on the disk before anything else is done.
type journal struct {
	now func() time.Time

	mu     sync.Mutex
	file   *os.File         // nil where it is only read
	broken error            // it could not be written, and may end in half a line
	last   map[string]*text // the last attempt for each number
}

// openJournal opens a journal, or begins one, for this process alone.
func openJournal(name string, c campaign, now func() time.Time) (*journal, error) {
	file, err := openLocked(name)
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("%s: another bulk is at work with this journal: wait until it is done", name)
	}
	if err != nil {
		return nil, err
	}
	j := newJournal(now)
	j.file = file
	if err := j.resume(c); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return j, nil
}

// readJournal reads a journal, if there is one, and leaves it as it is.
func readJournal(name string, c campaign) (*journal, error) {
	j := newJournal(nil)
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return j, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := j.replay(content, c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, t := range j.last {
		if t.outcome == attempted {
			t.outcome = unknown
		}
	}
	return j, nil
}

func newJournal(now func() time.Time) *journal {
	return &journal{now: now, last: map[string]*text{}}
}

func (j *journal) close() {
	j.file.Close() // which ends the lock as well, as does the end of the process
}

// resume reads what is in the file, and has it ready to be added to.
func (j *journal) resume(c campaign) error {
	content, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	whole, err := j.replay(content, c)
	if err != nil {
		return err
	}
	if whole < len(content) {
		if err := j.file.Truncate(int64(whole)); err != nil {
			return err
		}
	}
	if _, err := j.file.Seek(int64(whole), io.SeekStart); err != nil {
		return err
	}
	if whole == 0 {
		if err := syncDir(filepath.Dir(j.file.Name())); err != nil { // or a crash of the machine may take the file away
			return err
		}
		return j.write(entry{Event: began, Campaign: &c})
	}
	return j.doubt()
}

// doubt makes unknown the outcome of what was under way when the process ended.
func (j *journal) doubt() error {
	for _, t := range j.texts() {
		if t.outcome != attempted {
			continue
		}
		if err := j.write(entry{Event: unknown, To: t.to, Reason: "the program ended before the answer came"}); err != nil {
			return err
		}
	}
	return nil
}

// replay goes through the lines of a journal, and tells how many bytes the whole ones have. The process may have been
// killed while it wrote the last one. Without it an attempt had not begun, and an outcome is unknown.
func (j *journal) replay(content []byte, c campaign) (whole int, err error) {
	const start = `{"event":"began"`
	begin := string(content[:min(len(content), len(start))])
	if !strings.HasPrefix(start, begin) {
		return 0, errors.New("this is no journal of bulk: give another name with -journal")
	}
	line := 0
	for raw := range bytes.Lines(content) {
		if !bytes.HasSuffix(raw, []byte("\n")) {
			break
		}
		line++
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return 0, fmt.Errorf("line %d can't be read: the journal is damaged, and nothing is sent: %w", line, err)
		}
		if line == 1 {
			err = e.Campaign.check(c)
		} else {
			err = j.apply(e)
		}
		if err != nil {
			return 0, fmt.Errorf("line %d: %w", line, err)
		}
		whole += len(raw)
	}
	return whole, nil
}

// check tells whether the journal's campaign is this one.
func (c *campaign) check(this campaign) error {
	switch {
	case c == nil:
		return errors.New("it must name the campaign")
	case *c != this && c.Fake != this.Fake:
		return errors.New("the journal is of the fake, or of Flowroute, and this is the other: give another name with -journal")
	case *c != this:
		return errors.New("the journal is of another text or sender: give another name with -journal, or the same -text and -from as before")
	}
	return nil
}

// write adds a line, and returns when it is on the disk.
func (j *journal) write(e entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return j.broken
	}
	e.Time = j.now().UTC()
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err = j.file.Write(append(line, '\n')); err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		j.broken = fmt.Errorf("the journal can't be written, so nothing more is sent: %w", err)
		return j.broken
	}
	if e.Event == began {
		return nil
	}
	return j.apply(e)
}

// apply has the state go by a line.
func (j *journal) apply(e entry) error {
	t := j.last[e.To]
	switch {
	case e.Event == attempted:
		j.last[e.To] = &text{to: e.To, body: e.Body, attempted: e.Time, outcome: attempted}
		return nil
	case t == nil:
		return errors.New("it tells the outcome of nothing that was attempted: the journal is damaged, and nothing is sent")
	case e.Event != sent && e.Event != failed && e.Event != unknown:
		return fmt.Errorf("the event %q is not known: it may be of a later version", e.Event)
	}
	t.outcome, t.known, t.id, t.reason = e.Event, e.Time, e.ID, e.Reason
	return nil
}

// outcome is what is known of the text to a number.
func (j *journal) outcome(number string) event {
	j.mu.Lock()
	defer j.mu.Unlock()
	if t := j.last[number]; t != nil {
		return t.outcome
	}
	return none
}

// texts are all texts that were attempted, the first one first.
func (j *journal) texts() []text {
	j.mu.Lock()
	defer j.mu.Unlock()
	var texts []text
	for _, t := range j.last {
		texts = append(texts, *t)
	}
	slices.SortFunc(texts, func(a, b text) int {
		return cmp.Or(a.attempted.Compare(b.attempted), strings.Compare(a.to, b.to))
	})
	return texts
}
