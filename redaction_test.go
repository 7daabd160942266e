package flowroute_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// carriers are the exported types that carry what the caller gave, or what the API answered: they are its data, and
// print as such. Every other exported type must tell neither keys, nor text, nor numbers.
var carriers = []string{
	"Callback", "CallbackType", "DeliveryReceiptEvent", "Event", "InboundMessage", "Notification", "UnknownEvent", // webhooks
	"AddressType", "AreaCode", "AreaCodeListOptions", "AvailableNumber", "CNAM", "CNAMAssignment", "CNAMListOptions",
	"CreateRouteRequest", "DeliveryReceipt", "E911Address", "E911ListOptions", "E911Record", "Exchange", "ExchangeListOptions",
	"ListOptions", "Media", "Message", "MessageDirection", "MessageListOptions", "MessageType", "Number", "NumberListOptions",
	"NumberSearchOptions", "NumberType", "Page", "PriceDetails", "PurchaseOptions", "Route", "RouteListOptions", "RouteType",
	"SendMessageRequest", "UpdateE911Request",
	"BillingAddress", "CDR", "CDRExport", "CDRExportListOptions", "CDRExportStatus", "CreateCDRExportRequest", "CreatePortOrderRequest", "EdgeStrategy", "LOADetails", "MessagesVersion", "MessagingOptions", "MessagingTask", "Nanodollars", "PortFile", "PortGroup", "PortOrder", "PortOrderListOptions", "PortOrderStatus", "PortPresets", "PortStatus", "PortUsage", "Portability", "Segmentation", "Tier", "UpdateNumberRequest", "UpdatePortOrderRequest", "UpdateRouteRequest",
	"ErrorDetail", "FieldError", // the API's own words
}

// TestNothingPrivateIsTold prints, formats, logs and marshals a value of every exported type, and looks at every log
// line.
func TestNothingPrivateIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const text = "Private text"
		const number = "2065550199"
		private := []string{secretKey, fmt.Sprintf("%x", secretKey), fmt.Sprint([]byte(secretKey)), "MTIzNDU2Nzg6", text, number, "callback-token"}

		srv := flowroutetest.NewUnstartedServer(flowroutetest.WithCredentials(accessKey, secretKey))
		var log bytes.Buffer
		network := newNetwork()
		client, stop := network.start(t, srv, nil, flowroute.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		defer stop()
		values := map[string][]any{
			"Client":          {client, *client},
			"NumbersService":  {client.Numbers, *client.Numbers},
			"RoutesService":   {client.Routes, *client.Routes},
			"MessagesService": {client.Messages, *client.Messages},
			"E911sService":    {client.E911s, *client.E911s},
			"CNAMsService":    {client.CNAMs, *client.CNAMs},
			"PortingService":  {client.Porting, *client.Porting},
			"CDRsService":     {client.CDRs, *client.CDRs},
			"Option":          {flowroute.WithLogger(slog.Default()), flowroute.WithBaseURL("https://me:" + secretKey + "@x")},
			"Limiter":         {limiterFunc(nil)},
			"RetryPolicy":     {flowroute.RetryPolicy{}},
			"Deduper":         {flowroute.NewMemoryDeduper(1)},
			"MemoryDeduper":   {flowroute.NewMemoryDeduper(1)},
			"WebhookAuth":     {flowroute.WebhookPathSecret(secretKey), flowroute.WebhookBasicAuth("me", secretKey)},
			"WebhookConfig":   {flowroute.WebhookConfig{Auth: flowroute.WebhookPathSecret(secretKey)}},
			"WebhookHandler":  webhookHandlers(t),
			"WebhookError":    webhookErrors(t),
		}
		send := func(m flowroute.SendMessageRequest) error {
			_, err := client.Messages.Send(t.Context(), &m)
			require.Error(t, err)
			return err
		}
		good := flowroute.SendMessageRequest{From: flowroutetest.LongCode, To: number, Body: text, DeliveryCallback: "https://example.com/?callback-token"}
		for _, fault := range []flowroutetest.Fault{
			{Status: 422}, {Status: 500}, {Status: 302}, {Status: 503, Body: "<html>"}, {Cut: true}, {Truncate: true}, {Pad: 9 << 20},
			{Body: `{"data":"` + number + `"}`}, {Body: `{"data":{"type":"message","id":{"x":` + number + `}}}`}, {Body: text},
		} {
			srv.Inject(fault)
			err := send(good)
			name := strings.TrimPrefix(fmt.Sprintf("%T", err), "*flowroute.")
			values[name] = append(values[name], err)
		}
		for _, change := range []func(*flowroute.SendMessageRequest){
			func(m *flowroute.SendMessageRequest) { m.To = number + " " + text },
			func(m *flowroute.SendMessageRequest) { m.Body = text + "\xff" },
			func(m *flowroute.SendMessageRequest) { m.DeliveryCallback = "ftp://" + secretKey + "/callback-token" },
		} {
			bad := good
			change(&bad)
			values["ArgumentError"] = append(values["ArgumentError"], send(bad))
		}
		for _, failure := range []error{errNoRoute, io.EOF, errors.New("broken")} {
			hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, failure })}
			other, err := flowroute.NewClient(accessKey, secretKey, flowroute.WithHTTPClient(hc), flowroute.WithRetry(flowroute.RetryPolicy{MaxAttempts: 1}))
			require.NoError(t, err)
			_, err = other.Numbers.Search(t.Context(), &flowroute.NumberSearchOptions{StartsWith: number})
			values["RequestError"] = append(values["RequestError"], err)
		}

		for _, name := range exportedTypes(t) {
			require.Contains(t, values, name, "a value of every exported type that is no carrier has to be looked at")
		}
		for name, vs := range values {
			for _, v := range vs {
				told := tell(v)
				for _, p := range private {
					assert.NotContains(t, told, p, "told by a %s", name)
				}
			}
		}
		assert.NotEmpty(t, log.String())
		for _, p := range private {
			assert.NotContains(t, log.String(), p)
		}
	})
}

// tell is what a value tells in each of the ways in which a program may print it.
func tell(v any) string {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("value", "v", v)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("value", "v", v)
	for _, verb := range []string{"%v", "%+v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	if _, isError := v.(error); !isError { // of which %#v and JSON show the answer, and so the API's own words
		marshalled, _ := json.Marshal(v)
		fmt.Fprintf(&out, "%#v %s\n", v, marshalled)
	}
	return out.String()
}

// exportedTypes are the names of the package's exported types that are no carriers.
func exportedTypes(t *testing.T) (names []string) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() && !slices.Contains(carriers, spec.Name.Name) {
				names = append(names, spec.Name.Name)
			}
			return true
		})
	}
	assert.Greater(t, len(names), 8)
	return names
}
