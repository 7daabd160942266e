package flowroute

// ParsePhone reads a phone number in any common notation, as every method does, and returns the API's own: the digits with
// the country code, and no +. A number outside North America begins with + and its country code. What is no phone number
// is an [*ArgumentError]. No request is made.
func ParsePhone(number string) (string, error) {
	args := &arguments{op: "ParsePhone"}
	digits := args.phone("number", number)
	if args.err != nil {
		return "", args.err
	}
	return digits, nil
}
