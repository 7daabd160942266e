package main

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// progress tells how far the sending has come: on a terminal in one line, which changes, elsewhere in a line for each
// tenth.
type progress struct {
	out      io.Writer
	terminal bool
	total    int

	mu     sync.Mutex
	counts map[event]int
	done   int
}

func newProgress(out io.Writer, total int) *progress {
	return &progress{out: out, terminal: isTerminal(out), total: total, counts: map[event]int{}}
}

// add counts a text.
func (p *progress) add(outcome event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.counts[outcome]++
	if tenth := p.done*10/p.total > (p.done-1)*10/p.total; !p.terminal && !tenth {
		return
	}
	line := fmt.Sprintf("%d of %d: %d sent, %d not sent, %d unknown", p.done, p.total, p.counts[sent], p.counts[failed], p.counts[unknown])
	if p.terminal {
		fmt.Fprint(p.out, "\r"+line) // it never gets shorter
	} else {
		fmt.Fprintln(p.out, line)
	}
}

// end ends the line.
func (p *progress) end() {
	if p.terminal && p.done > 0 {
		fmt.Fprintln(p.out)
	}
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
