//go:build !race

package flowroute_test

const raced = false
