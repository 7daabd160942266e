package flowroute

import (
	"cmp"
	"context"
	"errors"
	"net/url"

	"github.com/flowroute/flowroute-go/internal/transport"
)

// MaxMedia is how many bytes an attachment may have where [MessagesService.DownloadMedia] is given no other limit: 16 MiB,
// somewhat more than the largest that Flowroute receives.
const MaxMedia = 16 << 20

// DownloadMedia fetches an attachment of a message that was received. limit is how many bytes it may have, whatever
// its FileSize says; 0 is [MaxMedia]. One that is larger is [ErrResponseTooLarge].
//
// The link leads to a host of its own, as Flowroute stores media elsewhere. That host is sent nothing of the
// account's: no keys, and no more than what is in the link, whose query is what gives access. Flowroute's limits on
// requests don't hold there, so the limiter of [WithLimiter] is not asked. A link works for a time that is not
// documented, from a few days to a month; what it gives after that is an [*Error], likely [ErrForbidden], with a
// status and without Header and Body, which may repeat the link. No error's text holds the link. It is repeated as
// every GET is. A redirect to another host is not followed.
func (s *MessagesService) DownloadMedia(ctx context.Context, media *Media, limit int64) ([]byte, error) {
	return s.client.download(ctx, get("messages.downloadMedia", ""), media, limit)
}

func (c *Client) download(ctx context.Context, op operation, media *Media, limit int64) ([]byte, error) {
	args := &arguments{op: op.name}
	link := args.mediaLink("media", media)
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
		e.Errors, e.Header, e.Body = nil, nil, nil // another host's words, not the API's
	}
	if err != nil {
		return nil, err
	}
	return r.Body, nil
}

func (a *arguments) mediaLink(name string, media *Media) *url.URL {
	switch {
	case media == nil:
		a.refuse(name, "must not be nil")
		return nil
	case media.URL == "":
		a.refuse(name, "must have a URL")
	}
	a.link(name, media.URL)
	u, err := url.Parse(media.URL)
	if err == nil && u.User != nil {
		a.refuse(name, "must have a URL without credentials")
	}
	return u
}
