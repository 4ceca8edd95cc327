package main

// Chaos: a network that loses answers by chance, the same way each time for the same seed.

import (
	"fmt"
	"math/rand"
	"sync"
)

// chaosBody is how often a write is lost: before it is applied, or after it with its answer. Zeros end it.
type chaosBody struct {
	Before  float64  `json:"drop_before"`
	After   float64  `json:"drop_after"`
	Methods []string `json:"methods"` // all writes unless given
	Seed    int64    `json:"seed"`
}

type chaos struct {
	mu   sync.Mutex
	rule chaosBody
	dice *rand.Rand
	lost int
}

func (c *chaos) set(rule chaosBody) error {
	for name, p := range map[string]float64{"drop_before": rule.Before, "drop_after": rule.After} {
		if p < 0 || p > 1 {
			return &badInput{fmt.Sprintf("%s is %g", name, p), "give a probability from 0 to 1"}
		}
	}
	if rule.Before+rule.After > 1 {
		return &badInput{fmt.Sprintf("both together are %g", rule.Before+rule.After), "give probabilities that add up to 1 at most"}
	}
	for _, method := range rule.Methods {
		if !isWrite(method) {
			return &badInput{fmt.Sprintf("no write is called %q", method), "use a SOAP name such as CloneVM_Task"}
		}
	}
	c.mu.Lock()
	c.rule, c.dice, c.lost = rule, rand.New(rand.NewSource(rule.Seed)), 0
	c.mu.Unlock()
	return nil
}

// throw says what happens to a call: dropBefore, dropAfter or nothing.
func (c *chaos) throw(method string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rule.Before+c.rule.After == 0 || !isWrite(method) {
		return ""
	}
	if len(c.rule.Methods) != 0 && !containsText(c.rule.Methods, method) {
		return ""
	}
	p := c.dice.Float64()
	switch {
	case p < c.rule.Before:
		c.lost++
		return dropBefore
	case p < c.rule.Before+c.rule.After:
		c.lost++
		return dropAfter
	}
	return ""
}

// dropped counts the calls that were lost since chaos was set.
func (c *chaos) dropped() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost
}
