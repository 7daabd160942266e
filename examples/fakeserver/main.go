// Command fakeserver runs a Flowroute in memory, for programs in any language to be tried and tested against.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

const about = `Runs a Flowroute in memory, for programs in any language. Nothing in it is real.`

func main() { example.Main(run) }

type options struct{ addr, accessKey, secretKey string }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	flags := example.Flags("fakeserver", about, stderr)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "the `address` to listen on; port 0 is any that is free")
	flags.StringVar(&o.accessKey, "access-key", flowroutetest.AccessKey, "the access `key` to take")
	flags.StringVar(&o.secretKey, "secret-key", flowroutetest.SecretKey, "the secret `key` to take")
	return example.Run(flags, args, func() error { return serve(ctx, o, stdout) })
}

// serve answers requests until the context ends.
func serve(ctx context.Context, o options, out io.Writer) error {
	if _, err := flowroute.NewClient(o.accessKey, o.secretKey); err != nil {
		return err // keys that no client could send
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return err
	}
	fake := newFake(o)
	logger := log.New(out, "", log.Ltime)
	server := newServer(fake, logger)
	welcome(out, baseURL(listener.Addr()), o)

	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	defer context.AfterFunc(ctx, fake.Close)() // it ends a delivery that is under way
	due := time.NewTicker(time.Second)
	defer due.Stop()
	for ctx.Err() == nil {
		select {
		case err := <-ended:
			return err
		case <-due.C:
			fake.Advance(0) // time runs by itself, but events are only delivered when told to
		case <-ctx.Done():
		}
	}
	timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(timeout); err != nil {
		return server.Close() // on clients that stall
	}
	return nil
}

// newServer limits how long a client may take. The fake itself limits bodies, in size and in time.
func newServer(fake http.Handler, logger *log.Logger) *http.Server {
	return &http.Server{
		Handler:           logged(fake, logger),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          logger,
	}
}

// newFake is a server that keeps none of its requests, as nobody asks for them here and it may run for days.
func newFake(o options) *flowroutetest.Server {
	return flowroutetest.NewUnstartedServer(
		flowroutetest.WithCredentials(o.accessKey, o.secretKey),
		flowroutetest.WithClock(time.Now),
		flowroutetest.WithHistory(0),
	)
}

// logged has a line printed of each request, without what it asks about.
func logged(next http.Handler, logger *log.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(sw, r)
		logger.Printf("%-6s %s %d", r.Method, r.URL.EscapedPath(), sw.status)
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// Unwrap gives [http.ResponseController] the writer that has the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// baseURL is where a program on this machine finds the server.
func baseURL(addr net.Addr) string {
	host, port, _ := net.SplitHostPort(addr.String())
	if net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func welcome(out io.Writer, url string, o options) {
	fmt.Fprintf(out, `A fake Flowroute listens at %[1]s until Ctrl-C. Nothing in it is real, and it keeps nothing.

Have your program use this base URL and these keys:

  export FR_BASE_URL=%[1]s
  export FR_ACCESS_KEY=%[2]s
  export FR_SECRET_KEY=%[3]s

The same with curl:

  curl -u "$FR_ACCESS_KEY:$FR_SECRET_KEY" "$FR_BASE_URL/v2/numbers"

`, url, quoted(o.accessKey), quoted(o.secretKey))
}

// quoted is a word that a shell takes as it is.
func quoted(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
