package flowroute

import (
	"cmp"
	"context"
	"errors"
	"net/url"

	"github.com/flowroute/flowroute-go/internal/transport"
)

// MaxMedia is how many bytes an attachment may have where [MessagesService.DownloadMedia] is given no other limit: 16
// MiB, somewhat more than the largest that Flowroute receives.
const MaxMedia = 16 << 20

// DownloadMedia fetches an attachment of a message that was received. limit is how many bytes it may have, whatever its
// FileSize says; 0 is [MaxMedia]. A larger one is [ErrResponseTooLarge]. An attachment without a URL is an
// [*ArgumentError]. It is repeated like every GET.
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
