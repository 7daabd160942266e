package flowroute

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Segmentation is an estimate of how Flowroute divides, and bills, a text.
type Segmentation struct {
	Encoding int // as in [Message.Encoding]: 0 is single-byte characters, 8 is UCS-2
	Units    int // characters as the encoding counts them: with UCS-2, most emoji count as two
	Segments int // each is sent, paid for and paced by itself; 0 for an empty text

	// UCS2 has the characters that call for UCS-2, each once, in the order of the text. Without them the text might
	// take fewer segments. nil where there are none.
	UCS2 []rune
}

// Segments estimates how Flowroute divides a text that is sent as an SMS. It follows Flowroute's article on the length
// of messages: a text of single-byte characters is one segment of up to 160 characters, or several of up to 140, and a
// text with any other character is in UCS-2, in segments of up to 70 units. No request is made.
//
// The article says only that "ASCII" characters are single-byte, so any other character is taken to call for UCS-2.
// What a carrier makes of a text may differ. What was charged is in [PriceDetails], with [MessagesV22].
func Segments(body string) Segmentation {
	const single, several, ucs2 = 160, 140, 70
	s := Segmentation{Units: utf8.RuneCountInString(body)}
	var seen map[rune]bool
	for _, r := range body {
		if r >= utf8.RuneSelf && !seen[r] {
			if seen == nil {
				seen = map[rune]bool{}
			}
			seen[r] = true
			s.UCS2 = append(s.UCS2, r)
		}
	}
	switch {
	case len(s.UCS2) > 0:
		s.Encoding = 8
		s.Units = len(utf16.Encode([]rune(body)))
		s.Segments = divide(s.Units, ucs2)
	case s.Units <= single:
		s.Segments = min(s.Units, 1)
	default:
		s.Segments = divide(s.Units, several)
	}
	return s
}

func divide(units, size int) int { return (units + size - 1) / size }

// straight has what editors put in place of plain characters.
var straight = strings.NewReplacer(
	"‘", "'", "’", "'", "‚", "'", "‛", "'",
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`,
	"–", "-", "—", "-", "−", "-", "…", "...", "\u00a0", " ", "\u202f", " ",
)

// StraightQuotes replaces the characters that editors like to put into a text with plain ones: curly quotes, dashes,
// the ellipsis and spaces that don't break. A single one of them makes the whole text UCS-2, which can take twice as
// many segments.
func StraightQuotes(body string) string { return straight.Replace(body) }
