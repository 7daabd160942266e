package flowroute

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/flowroute/flowroute-go/internal/transport"
)

// MaxMedia is how many bytes an attachment may have where [MessagesService.DownloadMedia] is given no other limit: 16
// MiB, somewhat more than the largest that Flowroute receives.
const MaxMedia = 16 << 20

// DownloadMedia fetches an attachment of a message that was received. limit is how many bytes it may have, whatever its
// FileSize says; 0 is [MaxMedia]. A larger one is [ErrResponseTooLarge]. An attachment without a URL is an
// [*ArgumentError], and so is one whose URL is not https or leads to this machine. Only a client whose base URL leads to
// this machine follows such links, also over http. It is repeated like every GET.
//
// The link works for some time that is not documented, from a few days to a month. After that it is an [*Error],
// probably [ErrForbidden], without Header and Body, which could repeat the link. No error's text holds the link.
//
// The link leads to another host, where Flowroute stores media. None of the account's keys are sent to it: the query of
// the link is what gives access. Since the API's rate limits don't hold there, the limiter of [WithLimiter] is not
// asked. A redirect to yet another host is not followed.
func (s *MessagesService) DownloadMedia(ctx context.Context, media *Media, limit int64) ([]byte, error) {
	return s.client.download(ctx, get("messages.downloadMedia", ""), media, limit)
}

func (c *Client) download(ctx context.Context, op operation, media *Media, limit int64) ([]byte, error) {
	args := &arguments{op: op.name}
	var link *url.URL
	switch {
	case media == nil:
		args.refuse("media", "must not be nil")
	case media.URL == "":
		args.refuse("media", "must have a URL")
	default:
		var problem string
		if link, problem = c.fileURL(media.URL); problem != "" {
			args.refuse("media.URL", problem)
		}
	}
	if limit < 0 {
		args.refuse("limit", "must not be below 0")
	}
	if args.err != nil {
		return nil, args.err
	}
	r, err := c.carry(ctx, op, &transport.Request{
		Op:     op.name,
		Method: op.method,
		Class:  op.class,
		Link:   link,
		Limit:  cmp.Or(limit, MaxMedia),
	})
	if e, ok := errors.AsType[*Error](err); ok {
		e.Errors, e.Header, e.Body, e.elsewhere = nil, nil, nil, true // another host's words, not the API's
	}
	if err != nil {
		return nil, err
	}
	return r.Body, nil
}

// maxFileName is how many bytes SafeFileName returns at most. File systems allow about twice as many, which leaves
// room for a prefix.
const maxFileName = 128

// SafeFileName returns a name to save the attachment under, made of FileName: its last element, without what a file
// system, a command or a terminal could take for something else. It is never empty, has at most 128 bytes, keeps its
// extension, and consists of printable characters. It is not a path, not hidden, not an option, and not the name of a
// device. If nothing is left of FileName, it is made of ID, and if nothing is left of that, it is "attachment".
//
// The extension is still the sender's choice. The name is not unique: two attachments may have the same one.
func (m *Media) SafeFileName() string {
	return cmp.Or(safeFileName(m.FileName), safeFileName(m.ID), "attachment")
}

func safeFileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(safeRune, strings.ToValidUTF8(name, "_"))
	name = strings.TrimRight(strings.TrimLeft(name, " .-~"), " .")
	if isDevice(name) {
		name = "_" + name
	}
	return shortened(name)
}

// safeRune is the character itself, a replacement, or -1 to drop it.
func safeRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsPrint(r), // such as control characters, and those that change the direction of text
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r): // invisible letters
		return -1
	case strings.ContainsRune(`<>:"|?*`, r), // not allowed on Windows
		strings.ContainsRune("／＼∕⁄∖⧵⧸⧹：", r): // which Windows may convert to separators
		return '_'
	}
	return r
}

// isDevice reports whether Windows takes a name for that of a device, which it does whatever the extension is.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem = strings.TrimRight(stem, " "); stem {
	case "CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$":
		return true
	}
	port, found := strings.CutPrefix(stem, "COM")
	if !found {
		port, found = strings.CutPrefix(stem, "LPT")
	}
	return found && utf8.RuneCountInString(port) == 1 && strings.Contains("0123456789¹²³", port)
}

// shortened cuts a name that is too long, before its extension and between two characters.
func shortened(name string) string {
	const longestExtension = 16
	if len(name) <= maxFileName {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > longestExtension {
		extension = ""
	}
	end := maxFileName - len(extension)
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return strings.TrimRight(name[:end], " .") + extension
}
