// Package example is what the example programs share: a command line, a client of Flowroute or of a fake, and aligned
// output.
package example

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// Main runs a program until it is done or interrupted, and ends the process with its exit code.
func Main(run func(ctx context.Context, args []string, stdout, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends a program that does not heed the first
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Flags begins the command line of a program.
func Flags(name, about string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "Usage: %s [flags]\n\n%s\n\n", name, about)
		flags.PrintDefaults()
	}
	return flags
}

// Run reads the command line and does the work. It returns the exit code: 0, 2 where the program was called wrongly,
// 3 where the work was done and something was [Found], or 1 where it failed.
func Run(flags *flag.FlagSet, args []string, work func() error) int {
	err := parse(flags, args)
	if err == nil {
		err = work()
	}
	if err == nil {
		return 0
	}
	if errors.Is(err, flag.ErrHelp) {
		flags.Usage()
		return 0
	}
	lines := strings.Split(err.Error(), "\n") // which joined errors have
	for i, line := range lines {
		lines[i] = Plain(line)
	}
	fmt.Fprintf(flags.Output(), "%s: %s\n", flags.Name(), strings.Join(lines, "\n"))
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintln(flags.Output())
		flags.Usage()
		return 2
	}
	if _, ok := errors.AsType[foundError](err); ok {
		return 3
	}
	if errors.Is(err, flowroute.ErrInvalidArgument) {
		return 2
	}
	return 1
}

func parse(flags *flag.FlagSet, args []string) error {
	stderr := flags.Output()
	flags.SetOutput(io.Discard) // Run says what is wrong
	err := flags.Parse(args)
	flags.SetOutput(stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return usageError{err}
	case flags.NArg() > 0:
		return Usage("unexpected argument %q", flags.Arg(0))
	}
	return nil
}

type usageError struct{ error }

// Usage is an error in how a program was called.
func Usage(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

type foundError struct{ error }

// Found is what a program ends with that did its work, and came upon something that somebody should look at.
func Found(format string, args ...any) error {
	return foundError{fmt.Errorf(format, args...)}
}

// LookFirst adds to an error after which money may have been spent how to find that out. Other errors stay as they are.
func LookFirst(err error, how string) error {
	if errors.Is(err, flowroute.ErrOutcomeUnknown) {
		return fmt.Errorf("%w: %s", err, how)
	}
	return err
}

// Clock is what a session takes the time from, and waits by.
type Clock interface {
	Now() time.Time
	Wait(ctx context.Context, d time.Duration) error
}

// ServerClock is the clock of a server, which Wait moves on without waiting.
type ServerClock struct{ *flowroutetest.Server }

// Wait moves the server's clock on by d.
func (c ServerClock) Wait(ctx context.Context, d time.Duration) error {
	c.Advance(d)
	return ctx.Err()
}

type clockKey struct{}

// WithClock returns a context in which [Start] makes sessions with this clock, in place of real time, at the real API.
// Tests need it.
func WithClock(ctx context.Context, clock Clock) context.Context {
	return context.WithValue(ctx, clockKey{}, clock)
}

// Session is a client, and what is at the other end of it.
type Session struct {
	Client *flowroute.Client

	fake  *flowroutetest.Server // nil where the API is real
	clock Clock                 // nil for real time
}

// Start makes a client with the keys in the environment, and the options given. Without keys it starts a fake, and says
// so. Messages go through version 2.2 of their API, since version 2.1 is documented for North American recipients
// alone.
func Start(ctx context.Context, out io.Writer, opts ...flowroute.Option) (*Session, error) {
	opts = append([]flowroute.Option{flowroute.WithMessagesVersion(flowroute.MessagesV22)}, opts...)
	if os.Getenv("FR_ACCESS_KEY") == "" && os.Getenv("FR_SECRET_KEY") == "" {
		fmt.Fprintln(out, "No FR_ACCESS_KEY and FR_SECRET_KEY in the environment: using the built-in fake, nothing is real.")
		fake := flowroutetest.NewServer()
		return &Session{Client: fake.Client(opts...), fake: fake, clock: ServerClock{fake}}, nil
	}
	client, err := flowroute.NewClientFromEnv(opts...)
	if err != nil {
		return nil, err
	}
	clock, _ := ctx.Value(clockKey{}).(Clock)
	return &Session{Client: client, clock: clock}, nil
}

// Server is the fake, for what only a fake can do. It is nil where the API is real.
func (s *Session) Server() *flowroutetest.Server { return s.fake }

// Fake tells whether nothing is real.
func (s *Session) Fake() bool { return s.fake != nil }

// Close ends the fake, if there is one.
func (s *Session) Close() {
	if s.fake != nil {
		s.fake.Close()
	}
}

// Now is the time at the other end.
func (s *Session) Now() time.Time {
	if s.clock != nil {
		return s.clock.Now()
	}
	return time.Now()
}

// Wait lets time pass: at the fake by moving its clock on, so that nobody has to wait.
func (s *Session) Wait(ctx context.Context, d time.Duration) error {
	if s.clock != nil {
		return s.clock.Wait(ctx, d)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Until looks, and waits, and looks again, until what it looks for is there or time is up. It tells which.
func (s *Session) Until(ctx context.Context, every, limit time.Duration, look func() (bool, error)) (bool, error) {
	for waited := time.Duration(0); ; waited += every {
		if there, err := look(); there || err != nil || waited >= limit {
			return there, err
		}
		if err := s.Wait(ctx, every); err != nil {
			return false, err
		}
	}
}
