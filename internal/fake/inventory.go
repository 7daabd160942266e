package fake

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
)

const (
	longCode = "longcode"
	tollFree = "toll-free"
)

// listing is a phone number as it stands in the inventory.
type listing struct {
	value      string // 11 digits
	kind       string // longcode or toll-free
	country    string
	state      string // lower-case; empty for toll-free
	rateCenter string // lower-case abbreviation; empty for toll-free
	tier       string
	setupCost  float64
}

func (l listing) areaCode() string { return l.value[1:4] }
func (l listing) exchange() string { return l.value[1:7] }

// The rest of what a number costs is the same for all.
const (
	monthlyCost = 1.25
	inboundRate = 0.012
)

// areas are the area codes that have long codes, each with rate centers and their exchanges.
const areas = `
201 US nj oradell:261,262,267 hackensack:342,343 jerseycity:209,217
206 US wa seattle:203,279,501,641 desmoines:209,212 richmndbch:546
212 US ny nwyrcyzn01:202,203,206 nwyrcyzn03:380,390
253 US wa tacoma:201,203,220 auburn:205,218
303 US co denver:200,209,222 boulder:245,247
305 US fl miami:200,203,204 keys:289,292
312 US il chicagoz01:200,204,210 chicagoz02:219,224
347 US ny nwyrcyzn05:201,202,215 nwyrcyzn07:220,226
415 US ca snfccntrl:200,202,213 sanrafael:256,257
425 US wa bellevue:201,209,214 kirkland:202,216
503 US or portland:200,202,206 salem:302,304
512 US tx austin:200,201,210 sanmarcos:212,214
604 CA bc vancouver:200,202,210 newwstmstr:227,229
847 US il arligtnhts:201,202,222 elgin:204,214`

// tollFreeCodes are the area codes of toll-free numbers, from each of which a few exchanges are for sale.
const tollFreeCodes = "800 833 844 855 866 877 888"

const (
	longCodeStep = 200 // between the numbers of an exchange
	tollFreeStep = 400
)

// inventory returns all numbers that are for sale at first, in the order of their digits. It is never changed.
var inventory = sync.OnceValue(func() []listing {
	var all []listing
	for line := range strings.Lines(strings.TrimSpace(areas)) {
		fields := strings.Fields(line)
		for _, center := range fields[3:] {
			name, exchanges, _ := strings.Cut(center, ":")
			for exchange := range strings.SplitSeq(exchanges, ",") {
				l := listing{kind: longCode, country: fields[1], state: fields[2], rateCenter: name}
				all = l.appendLines(all, "1"+fields[0]+exchange, longCodeStep)
			}
		}
	}
	for code := range strings.FieldsSeq(tollFreeCodes) {
		for _, exchange := range []string{"203", "627"} {
			l := listing{kind: tollFree, country: "US"}
			all = l.appendLines(all, "1"+code+exchange, tollFreeStep)
		}
	}
	slices.SortFunc(all, byDigits)
	return all
})

func byDigits(a, b listing) int { return strings.Compare(a.value, b.value) }

// appendLines adds numbers that begin with prefix and are otherwise like l, one from about every step lines.
func (l listing) appendLines(all []listing, prefix string, step int) []listing {
	for i := 1; i < 10_000/step; i++ {
		line := i * step
		if i%10 != 5 { // every tenth is left round, and dear
			line += i * 37 % step
		}
		l.value = fmt.Sprintf("%s%04d", prefix, line)
		l.tier, l.setupCost = l.price(line)
		all = append(all, l)
	}
	return all
}

// promotion is a tier with a name that links have to escape.
const promotion = "US Promo $1.0/$1.25/$0.012"

// price is the tier and the setup cost of a number that ends in line.
func (l listing) price(line int) (tier string, setupCost float64) {
	switch {
	case line == 5000:
		return "Priceless", 500_000
	case line%4000 == 1000:
		return "Rare", 199.95
	case line%1000 == 0:
		return "Rare", 3.99
	case l.kind == tollFree:
		return "Toll Free", 1
	case l.rateCenter == "elgin":
		return promotion, 1
	}
	return "Standard", 1
}

// lookUp returns a number of the inventory, sold or not.
func lookUp(value string) (l listing, exists bool) {
	all := inventory()
	i, exists := slices.BinarySearchFunc(all, value, func(l listing, v string) int { return strings.Compare(l.value, v) })
	if !exists {
		return listing{}, false
	}
	return all[i], true
}

// describeNumber is the listing of a number that need not be in the inventory.
func describeNumber(value string) listing {
	if l, exists := lookUp(value); exists {
		return l
	}
	l := listing{value: value, kind: longCode, country: "US", tier: "Standard", setupCost: 1}
	if len(value) != 11 {
		return l
	}
	if strings.Contains(tollFreeCodes, l.areaCode()) {
		l.kind, l.tier = tollFree, "Toll Free"
		return l
	}
	sameArea := func(n listing) bool { return n.areaCode() == l.areaCode() }
	if i := slices.IndexFunc(inventory(), sameArea); i >= 0 {
		neighbor := inventory()[i]
		l.country, l.state, l.rateCenter = neighbor.country, neighbor.state, neighbor.rateCenter
	}
	return l
}

// lookUp returns a number that is or was for sale.
func (a *Account) lookUp(value string) (l listing, exists bool) {
	if i := slices.IndexFunc(a.released, func(l listing) bool { return l.value == value }); i >= 0 {
		return a.released[i], true
	}
	return lookUp(value)
}

// release puts a number up for sale that the account gave back.
func (a *Account) release(l listing) {
	if _, exists := a.lookUp(l.value); !exists {
		a.released = append(a.released, l)
	}
}

// forSale yields the numbers that the account can buy, in the order of their digits.
func (a *Account) forSale() iter.Seq[listing] {
	all := inventory()
	if len(a.released) > 0 {
		all = slices.Concat(all, a.released)
		slices.SortFunc(all, byDigits)
	}
	return func(yield func(listing) bool) {
		for _, l := range all {
			if _, bought := a.numbers[l.value]; !bought && !yield(l) {
				return
			}
		}
	}
}
