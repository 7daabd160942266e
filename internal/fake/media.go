package fake

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"time"
)

// MediaExpiresAfter is how long the link of an attachment that was received works, by the server's clock.
const MediaExpiresAfter = 30 * 24 * time.Hour

func mediaOperations() []Operation {
	return []Operation{{"GET", storage + "media/{media}", "messages.downloadMedia", (*Account).downloadMedia}}
}

// receiveMedia is what becomes of a file that was received.
func (a *Account) receiveMedia(f Attachment, base string, now time.Time) media {
	a.mediaCount++
	m := media{
		fileName: path.Base(cmp.Or(f.FileName, "media")),
		size:     len(f.Content),
		kind:     f.MIMEType,
		received: true,
		content:  bytes.Clone(f.Content),
	}
	m.id = fmt.Sprintf("149042035189141%04d-%s", a.mediaCount, m.fileName)
	expires := strconv.FormatInt(now.Add(MediaExpiresAfter).Unix(), 10)
	query := url.Values{"Expires": {expires}, "X-Amz-Signature": {signature(m.until(expires))}}
	m.url = base + storage + "media/" + url.PathEscape(m.id) + "?" + query.Encode()
	return m
}

// until is what is signed in a link.
func (m media) until(expires string) string { return "media/" + m.id + " until " + expires }

// downloadMedia gives an attachment out as long as its link works.
func (a *Account) downloadMedia(c *Call) answer {
	m := media{id: c.vars["media"]}
	expires := c.query.Get("Expires")
	c.refuse(c.fileRefusal(m.until(expires)))
	if seconds, _ := strconv.ParseInt(expires, 10, 64); c.Now.After(time.Unix(seconds, 0)) {
		return c.refuse(storageError(http.StatusForbidden, "AccessDenied", "Request has expired"))
	}
	for _, message := range a.messages {
		i := slices.IndexFunc(message.media, func(other media) bool { return other.received && other.id == m.id })
		if i >= 0 {
			m = message.media[i]
			return answer{http.StatusOK, wholeFile(m.mimeType(), m.content)}
		}
	}
	return c.refuse(noSuchFile())
}
