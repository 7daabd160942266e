package fake

import (
	"slices"
	"time"
)

func provisioningOperations() []Operation {
	return []Operation{
		{"POST", "/v2/message-provision", "numbers.provisionMessaging", (*Account).provisionNumbers},
		{"GET", "/v2/message-provision/status/{task}", "numbers.getMessagingTask", (*Account).getProvisioning},
	}
}

// FailProvisioning makes the next n purchases and updates that enable or disable messaging do all but that; below 0,
// every one.
func (a *Account) FailProvisioning(n int) { a.provisioningFailures = n }

// provisioning is a task to enable or disable messaging for numbers.
type provisioning struct {
	id      string
	numbers []string
	failed  []string // those of the numbers for which it can't be done
	bulk    bool     // was asked for several numbers
	done    time.Time
}

func (p *provisioning) recordID() string { return p.id }

// messaging is what is asked for about a number's messages.
type messaging struct {
	enable   bool
	callback string
}

// messaging reads what a purchase or an update asks for.
func (in *reader) messaging() messaging {
	in.flag("messaging_email", false)
	return messaging{
		enable:   in.flag("messaging_enabled", false),
		callback: in.text("messaging_callback_url", optional(webAddress)),
	}
}

// provision begins to enable or disable messaging for a number, unless that is to fail.
func (a *Account) provision(n *number, m messaging, now time.Time) (begun bool) {
	if a.provisioningFailures != 0 {
		if a.provisioningFailures > 0 {
			a.provisioningFailures--
		}
		return false
	}
	a.newProvisioning([]string{n.value}, m, now)
	return true
}

// newProvisioning begins to enable or disable messaging for numbers, those of them that are on the account.
func (a *Account) newProvisioning(numbers []string, m messaging, now time.Time) *provisioning {
	a.provisionCount++
	p := &provisioning{
		id:      uuid("provisioning", a.provisionCount),
		numbers: numbers,
		bulk:    len(numbers) > 1,
		done:    now.Add(MessagingEnabledAfter),
	}
	for _, value := range numbers {
		n, exists := a.numbers[value]
		if !exists {
			p.failed = append(p.failed, value)
			continue
		}
		n.messagingBefore = n.canMessage(now)
		n.messaging, n.messagingSince = m.enable, p.done
		n.provisioningTask = p.id
	}
	a.provisionings = append(a.provisionings, p)
	a.expectNotice(p.done, provisioningNotice, notice{
		name:         "Message Provisioning " + p.id,
		resourceType: "message-provision",
		resource:     p.id,
		status:       func() string { return p.outcome(p.done) },
		url:          func() string { return m.callback },
	})
	return p
}

// stopProvisioning has the tasks that still work on a number fail for it.
func (a *Account) stopProvisioning(n *number, now time.Time) {
	for _, p := range a.provisionings {
		if now.Before(p.done) && slices.Contains(p.numbers, n.value) && !slices.Contains(p.failed, n.value) {
			p.failed = append(p.failed, n.value)
		}
	}
}

// The words for how far a task is are the server's own.
const (
	provisioningProcessing = "processing"
	provisioningSuccessful = "successful"
	provisioningFailed     = "failed"
)

// status is how far the task is with a number.
func (p *provisioning) status(number string, now time.Time) string {
	switch {
	case slices.Contains(p.failed, number):
		return provisioningFailed
	case now.Before(p.done):
		return provisioningProcessing
	}
	return provisioningSuccessful
}

// object is the task as it is for one number.
func (p *provisioning) object(number string, now time.Time) object {
	return object{
		"attributes": object{"status": p.status(number, now), "tn": number},
		"id":         p.id,
		"type":       "message_provisioning_status",
	}
}

// outcome is how far the task is. One for several numbers has failed where it has for any, which is the server's own
// choice.
func (p *provisioning) outcome(now time.Time) string {
	outcome := provisioningSuccessful
	for _, n := range p.numbers {
		switch p.status(n, now) {
		case provisioningProcessing:
			return provisioningProcessing
		case provisioningFailed:
			outcome = provisioningFailed
		}
	}
	return outcome
}

// document is the task as it is for all its numbers. The message is the server's own.
func (p *provisioning) document(now time.Time) object {
	if !p.bulk {
		return object{"data": p.object(p.numbers[0], now)}
	}
	lists := map[string][]string{provisioningFailed: {}, provisioningProcessing: {}, provisioningSuccessful: {}}
	for _, n := range p.numbers {
		status := p.status(n, now)
		lists[status] = append(lists[status], n)
	}
	message := map[string]string{
		provisioningFailed:     "Some numbers could not be processed.",
		provisioningProcessing: "The numbers are being processed.",
		provisioningSuccessful: "All numbers have been processed.",
	}
	status := p.outcome(now)
	return object{"data": object{
		"attributes": object{"message": message[status], "numbers": lists, "status": status},
		"id":         p.id,
		"type":       "message_bulk_provisioning_status",
	}}
}

// provisionNumbers answers 404 where one number was asked for that isn't on the account, for want of knowing what the
// API says; of several, such a number is among the failed ones.
func (a *Account) provisionNumbers(c *Call) answer {
	in := c.flat()
	var numbers []string
	for _, n := range in.numbers("numbers", phoneNumber) {
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	action := in.required("action", oneOf("enable", "disable"))
	m := messaging{enable: action == "enable", callback: in.text("callback_url", webAddress)}
	in.flag("email", false)
	if len(numbers) == 1 && a.numbers[numbers[0]] == nil {
		c.refuse(notFound())
	}
	if !c.ok() {
		return answer{}
	}
	return created(a.newProvisioning(numbers, m, c.Now).document(c.Now))
}

func (a *Account) getProvisioning(c *Call) answer {
	p, found := find(a.provisionings, c.vars["task"])
	if !found {
		return c.refuse(notFound())
	}
	return ok(p.document(c.Now))
}
