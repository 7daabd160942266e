package flowroute_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestDownloadMedia fetches from another host: with the link's query, and without what is for the API.
func TestDownloadMedia(t *testing.T) {
	picture := bytes.Repeat([]byte{0xff, 0xd8, 0}, 1000)
	var got *http.Request
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		_, _ = w.Write(picture)
	}))
	defer store.Close()
	asked := 0
	limiter := limiterFunc(func(context.Context) error { asked++; return nil })
	client, _ := serve(t, 500, "", "", flowroute.WithLimiter(limiter), flowroute.WithUserAgent("me/1"))
	media := &flowroute.Media{URL: store.URL + "/a%2Fb/9E41.jpg?Expires=1646770878&Signature=a%2Bb%3D&x=a+b;c"}

	for _, limit := range []int64{0, 3000, 1 << 40} {
		b, err := client.Messages.DownloadMedia(t.Context(), media, limit)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(picture, b))
	}
	assert.Equal(t, "/a%2Fb/9E41.jpg?Expires=1646770878&Signature=a%2Bb%3D&x=a+b;c", got.RequestURI, "byte by byte")
	assert.Equal(t, strings.TrimPrefix(store.URL, "http://"), got.Host)
	assert.Equal(t, http.Header{"User-Agent": {"me/1 flowroute-go/0.1.0"}, "Accept-Encoding": {"gzip"}}, got.Header)
	assert.Zero(t, asked, "the limiter is for the API")

	picture = []byte{}
	b, err := client.Messages.DownloadMedia(t.Context(), media, 0)
	require.NoError(t, err)
	assert.NotNil(t, b)
	assert.Empty(t, b)
}

// TestDownloadMediaFails has everything go wrong, and no error tell the link's query.
func TestDownloadMediaFails(t *testing.T) {
	const query = "Signature=private-signature"
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host was asked") }))
	defer other.Close()
	tests := []struct {
		name   string
		limit  int64
		answer http.HandlerFunc
		is     error
		says   string
	}{
		{"too large", 9, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "0123456789") }, flowroute.ErrResponseTooLarge, "too large"},
		{"too large, unannounced", 9, func(w http.ResponseWriter, _ *http.Request) {
			for range 10 {
				_, _ = io.WriteString(w, "0123456789")
				_ = http.NewResponseController(w).Flush()
			}
		}, flowroute.ErrResponseTooLarge, "too large"},
		{"too large by default", 0, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(flowroute.MaxMedia+1))
		}, flowroute.ErrResponseTooLarge, "too large"},
		{"expired", 0, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(403)
			_, _ = fmt.Fprintf(w, `{"errors":[{"detail":"%s"}]}`, r.URL.RawQuery)
		}, flowroute.ErrForbidden, "messages.downloadMedia: 403 Forbidden"},
		{"gone", 0, http.NotFound, flowroute.ErrNotFound, "404"},
		{"moved", 0, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/?"+r.URL.RawQuery, http.StatusFound)
		}, nil, "302"},
		{"moved to nowhere", 0, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://%zz/?"+r.URL.RawQuery)
			w.WriteHeader(302)
		}, nil, "302"},
		{"cut", 0, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, io.EOF, "EOF"},
		{"half", 0, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "01234")
		}, io.ErrUnexpectedEOF, "unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := httptest.NewServer(test.answer)
			defer store.Close()
			client, _ := serve(t, 500, "", "")
			b, err := client.Messages.DownloadMedia(t.Context(), &flowroute.Media{URL: store.URL + "/x.jpg?" + query}, test.limit)
			assert.Nil(t, b)
			require.Error(t, err)
			if test.is != nil {
				assert.ErrorIs(t, err, test.is)
			}
			assert.Contains(t, err.Error(), "flowroute: messages.downloadMedia: ")
			assert.Contains(t, err.Error(), test.says)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
				assert.NotContains(t, fmt.Sprintf(verb, err), "private-signature")
			}
		})
	}
	client, _ := serve(t, 500, "", "")
	lost, _ := serve(t, 500, "", "", flowroute.WithHTTPClient(&http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, &dnsError },
	}}))
	for link, client := range map[string]*flowroute.Client{
		"http://127.0.0.1:1/x?" + query: client, "https://nowhere.invalid/x?" + query: lost, "http://127.0.0.1:0/x?" + query: client,
	} {
		_, err := client.Messages.DownloadMedia(t.Context(), &flowroute.Media{URL: link}, 0)
		var e *flowroute.RequestError
		require.ErrorAs(t, err, &e)
		assert.NotContains(t, err.Error(), "private-signature")
	}
}

// TestDownloadMediaRepeats has the store fail, be slow, and be given up, under a fake clock.
func TestDownloadMediaRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		_, err := srv.Receive(flowroutetest.Inbound{From: "12065550199", To: flowroutetest.LongCode, Attachments: []flowroutetest.Attachment{{FileName: "cat.png", Content: []byte("meow")}}})
		require.NoError(t, err)
		network := newNetwork()
		client, stop := network.start(t, srv, nil)
		defer stop()
		page, err := client.Messages.List(t.Context(), &flowroute.MessageListOptions{Start: flowroutetest.Epoch()})
		require.NoError(t, err)
		media := page.Items[0].Media[0]
		media.URL = strings.Replace(media.URL, "https://media.invalid", "http://localhost", 1)

		srv.Inject(flowroutetest.Fault{Operation: "messages.downloadMedia", Status: 503, Times: 2})
		b, err := client.Messages.DownloadMedia(t.Context(), &media, 0)
		require.NoError(t, err)
		assert.Equal(t, "meow", string(b))

		srv.Inject(flowroutetest.Fault{Operation: "messages.downloadMedia", Delay: time.Hour, Times: flowroutetest.Always})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = client.Messages.DownloadMedia(ctx, &media, 0)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		srv.ClearFaults()

		srv.Advance(flowroutetest.MediaExpiresAfter + time.Second)
		_, err = client.Messages.DownloadMedia(t.Context(), &media, 0)
		assert.ErrorIs(t, err, flowroute.ErrForbidden)
	})
}

func TestSafeFileName(t *testing.T) {
	long := strings.Repeat("a", 300)
	for _, test := range []struct{ name, id, want string }{
		{"IMG_6692.jpg", "1-IMG_6692.jpg", "IMG_6692.jpg"},
		{"Büro, Möbel (2) 😀.png", "", "Büro, Möbel (2) 😀.png"},
		{"日本語.JPEG", "", "日本語.JPEG"},
		{"archive.tar.gz", "", "archive.tar.gz"},
		{"../../x", "", "x"},
		{`..\..\x`, "", "x"},
		{"/etc/passwd", "", "passwd"},
		{`C:\Windows\system32\x.dll`, "", "x.dll"},
		{`\\server\share\x`, "", "x"},
		{"C:x.jpg", "", "C_x.jpg"},
		{"x.jpg:evil.exe", "", "x.jpg_evil.exe"},
		{"x.jpg::$DATA", "", "x.jpg__$DATA"},
		{"／etc／passwd", "", "_etc_passwd"},
		{".bashrc", "", "bashrc"},
		{"..", "7-cat.png", "7-cat.png"},
		{".", "..", "attachment"},
		{"", "", "attachment"},
		{"x/", "", "attachment"},
		{"", "1490-../../y.png", "y.png"},
		{"", "a/..", "attachment"},
		{"\u202e\x00 . ", "7", "7"},
		{"\u3164.\u200b", "", "attachment"},
		{"-rf", "", "rf"},
		{"~root", "", "root"},
		{" - ~.x", "", "x"},
		{"x.jpg. . ", "", "x.jpg"},
		{"a\x00b\x1b[2J\n\u009bc\x7f.png", "", "ab[2J c.png"},
		{"gnp.\u202egpj.exe", "", "gnp.gpj.exe"},
		{"a\u2028b\u00a0c\td", "", "a b c d"},
		{"a\ufeffb\u00adc\U000e0041d", "", "abcd"},
		{"a\xff\xfeb.png", "", "a_b.png"},
		{`a<b>c"d|e?f*g`, "", "a_b_c_d_e_f_g"},
		{"CON", "", "_CON"},
		{"nul.txt", "", "_nul.txt"},
		{"Aux .tar.gz", "", "_Aux .tar.gz"},
		{"com1", "", "_com1"},
		{"LPT³.png", "", "_LPT³.png"},
		{"COM10", "", "COM10"},
		{"COM", "", "COM"},
		{"company.pdf", "", "company.pdf"},
		{"../NUL.", "", "_NUL"},
		{long, "", long[:128]},
		{long + ".jpg", "", long[:124] + ".jpg"},
		{"x." + long, "", "x." + long[:126]},
		{strings.Repeat("é", 100) + ".jpg", "", strings.Repeat("é", 62) + ".jpg"},
		{strings.Repeat("😀", 100) + ".jpeg", "", strings.Repeat("😀", 30) + ".jpeg"},
		{long[:100] + strings.Repeat(" .", 50) + ".jpg", "", long[:100] + ".jpg"},
		{"nul." + long, "", "_nul." + long[:123]},
	} {
		media := flowroute.Media{FileName: test.name, ID: test.id}
		assert.Equal(t, test.want, media.SafeFileName(), "%q", test)
		assertSafeFileName(t, media.SafeFileName())
	}
}

// assertSafeFileName has a name be one that any file system takes, and be returned unchanged if it is made safe again.
func assertSafeFileName(t *testing.T, name string) {
	t.Helper()
	assert.NotEmpty(t, name)
	assert.LessOrEqual(t, len(name), 128)
	assert.True(t, utf8.ValidString(name))
	assert.NotContains(t, []string{".", ".."}, name)
	assert.Equal(t, name, strings.Trim(name, ". "))
	assert.False(t, strings.ContainsAny(name, "/\\:\x00"), "%q", name)
	assert.False(t, strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", name)
	assert.Equal(t, name, filepath.Base(name))
	assert.True(t, filepath.IsLocal(name))
	stem, _, _ := strings.Cut(name, ".")
	assert.NotRegexp(t, `(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *$`, stem)
	again := flowroute.Media{FileName: name}
	assert.Equal(t, name, again.SafeFileName())
}
