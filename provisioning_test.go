package flowroute_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/flowroute/flowroute-go"
	"github.com/flowroute/flowroute-go/flowroutetest"
)

// TestProvisioningFailed has a number that was purchased or changed come back as such, although messaging could not be
// provisioned, whatever the answer looks like.
func TestProvisioningFailed(t *testing.T) {
	whole := nycNumber()
	whole.ProvisioningFailed = true
	alone := flowroute.Number{ID: "12065014377", Value: "12065014377", ProvisioningFailed: true}
	for body, want := range map[string]flowroute.Number{
		numberJSON: whole, ``: alone, `{}`: alone, `{"errors":[{"detail":"Provisioning is down"}]}`: alone, `<html>`: alone, `{"data":[]}`: alone,
	} {
		client, _ := serve(t, 207, "", body)
		bought, err := client.Numbers.Purchase(t.Context(), "206-501-4377", &flowroute.PurchaseOptions{MessagingEnabled: true})
		require.NoError(t, err, body)
		assert.Equal(t, &want, bought)
		changed, err := client.Numbers.Update(t.Context(), "206-501-4377", &flowroute.UpdateNumberRequest{MessagingEnabled: new(true)})
		require.NoError(t, err, body)
		assert.Equal(t, &want, changed)
	}
	client, _ := serve(t, 201, "", `{}`)
	_, err := client.Numbers.Purchase(t.Context(), "206-501-4377", nil)
	require.ErrorIs(t, err, flowroute.ErrOutcomeUnknown, "nothing else is taken for granted")
}

// TestPurchaseSaysWhetherMessagingIsEnabled has every purchase have a body, also one without options.
func TestPurchaseSaysWhetherMessagingIsEnabled(t *testing.T) {
	for want, opts := range map[string]*flowroute.PurchaseOptions{
		`{"messaging_enabled":false}`:                             nil,
		`{"messaging_enabled":false,"cnam_lookups_enabled":true}`: {CNAMLookupsEnabled: new(true)},
		`{"messaging_enabled":true}`:                              {MessagingEnabled: true},
	} {
		client, got := serve(t, 201, "", numberJSON)
		_, err := client.Numbers.Purchase(t.Context(), "2065014377", opts)
		require.NoError(t, err)
		assert.JSONEq(t, want, got.Body)
		assert.Equal(t, "application/vnd.api+json", got.Header.Get("Content-Type"))
	}
	srv := flowroutetest.NewServer()
	defer srv.Close()
	page, err := srv.Client().Numbers.Search(t.Context(), nil)
	require.NoError(t, err)
	number, err := srv.Client().Numbers.Purchase(t.Context(), page.Items[0].Value, nil)
	require.NoError(t, err)
	assert.False(t, number.MessagingEnabled)
}

func TestMessagesVersion(t *testing.T) {
	client, got := serve(t, 202, "", `{"data":{"id":"mdr2-1","type":"message","attributes":{"from":"+12065550100","price_details":{"base_rate":0.004,"surcharge_rate":"0.001","segment_count":2,"charged_cost":"0.01"}}}}`,
		flowroute.WithMessagesVersion(flowroute.MessagesV22))
	message, err := client.Messages.Send(t.Context(), sms())
	require.NoError(t, err)
	assert.Equal(t, "/v2.2/messages", got.Path)
	assert.JSONEq(t, `{"data":{"type":"message","attributes":{"from":"+12065550100","to":"+12065550199","body":"Hello"}}}`, got.Body)
	assert.Equal(t, &flowroute.Message{
		ID: "mdr2-1", From: "12065550100",
		PriceDetails: &flowroute.PriceDetails{BaseRate: 4_000_000, SurchargeRate: 1_000_000, SegmentCount: 2, ChargedCost: 10_000_000},
	}, message)
	_, err = client.Messages.Get(t.Context(), "mdr2-1")
	require.NoError(t, err)
	assert.Equal(t, "/v2.2/messages/mdr2-1", got.Path)
	_, err = client.Messages.Send(t.Context(), nil)
	require.ErrorIs(t, err, flowroute.ErrInvalidArgument)

	_, err = flowroute.NewClient(accessKey, secretKey, flowroute.WithMessagesVersion("v3"))
	assert.EqualError(t, err, "flowroute: NewClient: WithMessagesVersion must be MessagesV21 or MessagesV22")
}
