package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/flowroute/flowroute-go/examples/internal/example"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// These text in the story.
const (
	guest  = "12065550199"
	abroad = "+442079460000"
)

// story has the fake deliver what Flowroute may.
func (p *program) story(ctx context.Context, out io.Writer, url string) error {
	if err := p.setCallbacks(ctx, url); err != nil {
		return err
	}
	picture, err := square()
	if err != nil {
		return err
	}
	text := func(body string) flowroutetest.Inbound {
		return flowroutetest.Inbound{From: guest, To: flowroutetest.LongCode, Body: body}
	}
	fromAbroad := text("Is there parking?")
	fromAbroad.From = abroad
	withPicture := text("")
	withPicture.Attachments = []flowroutetest.Attachment{{FileName: "menu.png", Content: picture}}
	chapters := []struct {
		title    string
		message  flowroutetest.Inbound
		webhooks flowroutetest.Webhooks
		broken   bool
	}{
		{title: "A text, its answer, and the receipts of that", message: text("Table for two at 7?")},
		{title: "A text from abroad", message: fromAbroad},
		{title: "An MMS with a picture", message: withPicture},
		{title: "A text that is delivered three times", message: text("Are you open?"), webhooks: flowroutetest.Webhooks{Duplicates: 2}},
		{title: "A text that can't be dealt with at first", message: text("Hello?"), broken: true},
		{title: "A text and receipts as older accounts get them", message: text("Bye"), webhooks: flowroutetest.Webhooks{FlatMessages: true, BareReceipts: true}},
	}
	for _, chapter := range chapters {
		p.log.Printf("\n%s", chapter.title)
		before := len(p.Server().Deliveries())
		p.broken = chapter.broken
		p.Server().SetWebhooks(chapter.webhooks)
		if _, err := p.Server().Receive(chapter.message); err != nil {
			return err
		}
		if err := p.Wait(ctx, time.Minute); err != nil {
			return err
		}
		rows := [][]string{{"DELIVERED", "EVENT", "ATTEMPT", "ANSWER"}}
		for _, d := range p.Server().Deliveries()[before:] {
			attempt := fmt.Sprint(d.Attempt)
			if d.Duplicate {
				attempt = "again"
			}
			rows = append(rows, []string{d.Time.Format(time.TimeOnly), d.Callback, attempt, fmt.Sprint(d.Status, " ", http.StatusText(d.Status))})
		}
		example.Table(out, rows)
	}
	p.log.Printf("\nRequests that are not Flowroute's")
	return p.intrude(ctx, out, url)
}

// intrude sends what has to be refused.
func (p *program) intrude(ctx context.Context, out io.Writer, url string) error {
	rows := [][]string{{"REQUEST", "ANSWER"}}
	for _, r := range []struct{ name, method, path, mediaType, body string }{
		{"wrong secret", "POST", "/not-the-right-secret", "application/json", `{"id":"1","from":"1","to":"2","body":"Hi"}`},
		{"garbage", "POST", "/" + p.secret, "application/json", "garbage"},
		{"a form", "POST", "/" + p.secret, "application/x-www-form-urlencoded", "a=b"},
		{"a megabyte and a byte", "POST", "/" + p.secret, "application/json", strings.Repeat(" ", 1<<20+1)},
		{"a look", "GET", "/" + p.secret, "", ""},
	} {
		req, err := http.NewRequestWithContext(ctx, r.method, url+r.path, strings.NewReader(r.body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", r.mediaType)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		rows = append(rows, []string{r.name, resp.Status})
		if err := resp.Body.Close(); err != nil {
			return err
		}
	}
	example.Table(out, rows)
	return nil
}

// square is a picture.
func square() ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64)))
	return b.Bytes(), err
}
