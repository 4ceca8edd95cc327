package main

// The gate in front of the SOAP endpoint: counts, outages, latency, and connections that die on demand.

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"regexp"
	"sync"
	"time"
)

// Outage modes.
const (
	outageNone      = "off"
	outageRefuse    = "refuse"    // connections are closed as soon as they come
	outageBlackHole = "blackhole" // connections are taken and never answered
)

type gate struct {
	w       *world
	handler http.Handler

	mu      sync.Mutex
	mode    string
	lifted  chan struct{} // closed when the outage ends
	latency time.Duration
	conns   map[net.Conn]bool
	ending  *time.Timer
}

func newGate(w *world) *gate {
	return &gate{w: w, mode: outageNone, lifted: make(chan struct{}), conns: map[net.Conn]bool{}}
}

// setOutage starts or ends an outage; with seconds > 0 it ends by itself.
func (g *gate) setOutage(mode string, seconds float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ending != nil {
		g.ending.Stop()
		g.ending = nil
	}
	close(g.lifted)
	g.lifted = make(chan struct{})
	g.mode = mode
	if mode == outageNone {
		return
	}
	if seconds > 0 {
		g.ending = time.AfterFunc(time.Duration(seconds*float64(time.Second)), func() { g.setOutage(outageNone, 0) })
	}
	if mode == outageRefuse {
		g.closeAll()
	}
}

func (g *gate) setLatency(latency time.Duration) {
	g.mu.Lock()
	g.latency = latency
	g.mu.Unlock()
}

// dropAll cuts every connection that is open now.
func (g *gate) dropAll() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closeAll()
}

func (g *gate) closeAll() int {
	n := len(g.conns)
	for conn := range g.conns {
		reset(conn)
	}
	return n
}

// reset closes without a goodbye, as a broken network does.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (g *gate) state() (string, chan struct{}, time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.mode, g.lifted, g.latency
}

// gateListener remembers open connections and turns new ones away during an outage.
type gateListener struct {
	net.Listener
	g *gate
}

// Accept takes the next connection that may come in.
func (l *gateListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		mode, lifted, _ := l.g.state()
		switch mode {
		case outageRefuse:
			reset(conn)
			continue
		case outageBlackHole:
			go swallow(conn, lifted)
			continue
		}
		l.g.mu.Lock()
		l.g.conns[conn] = true
		l.g.mu.Unlock()
		return &gateConn{Conn: conn, g: l.g}, nil
	}
}

// swallow holds a connection open, silently, until the outage ends.
func swallow(conn net.Conn, lifted <-chan struct{}) {
	<-lifted
	reset(conn)
}

type gateConn struct {
	net.Conn
	g    *gate
	once sync.Once
}

// Close forgets the connection.
func (c *gateConn) Close() error {
	c.once.Do(func() {
		c.g.mu.Lock()
		delete(c.g.conns, c.Conn)
		c.g.mu.Unlock()
	})
	return c.Conn.Close()
}

var (
	bodyPattern = regexp.MustCompile(`<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)`)
	thisPattern = regexp.MustCompile(`<(?:\w+:)?_this[^>]*?type="(\w+)"[^>]*>([^<]+)<`)
	namePattern = regexp.MustCompile(`<(?:\w+:)?(?:newName|name)\b[^>]*>([^<]*)<`)
	// targetPattern finds what a call on a manager or a folder is about.
	targetPattern = regexp.MustCompile(`<(?:\w+:)?(?:entity|list)\b[^>]*?type="(\w+)"[^>]*>([^<]+)<`)
)

// envelope is what the gate reads of a request without decoding it.
type envelope struct {
	method, argument string
	this             moref
	target           moref // the object that a manager or a folder is asked to change; this where there is none
}

func readEnvelope(body []byte) envelope {
	e := envelope{method: submatch(bodyPattern, body, 1), argument: submatch(namePattern, body, 1)}
	if found := thisPattern.FindSubmatch(body); found != nil {
		e.this = moref{Type: string(found[1]), Value: string(found[2])}
	}
	e.target = e.this
	if found := targetPattern.FindSubmatch(body); found != nil && isWrite(e.method) {
		e.target = moref{Type: string(found[1]), Value: string(found[2])}
	}
	return e
}

func submatch(pattern *regexp.Regexp, text []byte, n int) string {
	if found := pattern.FindSubmatch(text); found != nil {
		return string(found[n])
	}
	return ""
}

// ServeHTTP passes a request on, unless a rule or an outage says otherwise.
func (g *gate) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	mode, lifted, latency := g.state()
	if mode == outageBlackHole {
		select {
		case <-lifted:
		case <-in.Context().Done():
		}
		g.hangUp(out)
		return
	}
	if in.Method != http.MethodPost {
		g.handler.ServeHTTP(out, in)
		return
	}
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return
	}
	if latency > 0 {
		time.Sleep(latency)
	}
	in.Body = io.NopCloser(bytes.NewReader(body))
	g.soap(out, in, readEnvelope(body))
}

func (g *gate) soap(out http.ResponseWriter, in *http.Request, e envelope) {
	g.w.calls.count(e.method)
	name := g.w.currentName(g.w.reg.Get(e.this))
	call := g.note(e, name)
	if e.method == "CreateVM_Task" {
		name = e.argument // a rule's entity means the VM to be
	}
	chance := g.w.chaos.throw(e.method)
	if g.w.rules.take(dropBefore, e.method, e.this, name) != nil || chance == dropBefore {
		g.w.calls.settle(call, "dropped before it was applied")
		g.hangUp(out)
		return
	}
	answer := &recorder{header: http.Header{}, status: http.StatusOK}
	g.handler.ServeHTTP(answer, in)
	outcome := "accepted"
	if answer.status != http.StatusOK {
		outcome = "fault"
	}
	if g.w.rules.take(dropAfter, e.method, e.this, name) != nil || chance == dropAfter {
		g.w.calls.settle(call, outcome+", answer dropped")
		g.hangUp(out)
		return
	}
	g.w.calls.settle(call, outcome)
	answer.send(out)
}

func (g *gate) note(e envelope, name string) *writeCall {
	call := &writeCall{
		Method: e.method, Entity: e.this.Value, EntityName: name, Target: e.target.Value, TargetName: name,
		Argument: e.argument, At: time.Now(), Outcome: "arrived",
	}
	if e.target != e.this {
		call.TargetName = g.w.currentName(g.w.reg.Get(e.target))
	}
	if isWrite(e.method) {
		g.w.calls.write(call)
	}
	return call
}

// hangUp ends the connection in the middle of a request.
func (g *gate) hangUp(out http.ResponseWriter) {
	hijacker, ok := out.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := hijacker.Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// recorder holds an answer back until it is clear that it may be sent.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header            { return r.header }
func (r *recorder) WriteHeader(status int)         { r.status = status }
func (r *recorder) Write(data []byte) (int, error) { return r.body.Write(data) }

func (r *recorder) send(out http.ResponseWriter) {
	for name, values := range r.header {
		out.Header()[name] = values
	}
	if out.Header().Get("Content-Type") == "" {
		out.Header().Set("Content-Type", "text/xml; charset=utf-8")
	}
	body := r.body.Bytes()
	if r.status != http.StatusOK {
		body = fillMessage(body)
	}
	out.WriteHeader(r.status)
	_, _ = out.Write(body)
}
