//go:build race

package flowroute_test

// raced tells that the race detector is on, with which what is counted in millions takes minutes.
const raced = true
