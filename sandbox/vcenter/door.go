package main

// The control door: HTTP and JSON, for tests and for the browser page, to do what nobody can do over SOAP.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// badInput is an error of the asker: answered with 400, what is wrong and what to do.
type badInput struct {
	what string
	hint string
}

// Error says what is wrong.
func (e *badInput) Error() string { return e.what }

// Limits of a body, in bytes; the events of a month are many.
const (
	maxBody       = 1 << 20
	maxEventsBody = 64 << 20
)

type door struct {
	w   *world
	mux *http.ServeMux
}

func newDoor(w *world) *door {
	d := &door{w: w, mux: http.NewServeMux()}
	d.readRoutes()
	d.estateRoutes()
	d.alarmRoutes()
	d.networkRoutes()
	d.mux.HandleFunc("/", func(out http.ResponseWriter, in *http.Request) {
		reply(out, http.StatusNotFound, map[string]string{
			"error": fmt.Sprintf("the door has no %s %s", in.Method, in.URL.Path), "hint": "GET /help lists what it has",
		})
	})
	return d
}

// ServeHTTP answers, whatever happens on the way.
func (d *door) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	defer func() {
		if broken := recover(); broken != nil {
			respond(out, nil, fmt.Errorf("%s %s broke: %v", in.Method, in.URL.Path, broken))
		}
	}()
	d.mux.ServeHTTP(out, in)
}

// onlyLoopback refuses what a page in a browser sends: one could reach loopback under a name that was bound anew,
// which the Host header gives away, and any page may post here, which the Origin header gives away.
func onlyLoopback(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		host := in.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		switch {
		case host != "127.0.0.1" && host != "localhost" && host != "::1" && host != "[::1]":
			reply(out, http.StatusMisdirectedRequest, map[string]string{
				"error": fmt.Sprintf("this is not %s", host), "hint": "ask 127.0.0.1, from this machine",
			})
		case in.Header.Get("Origin") != "" && in.Header.Get("Origin") != "http://"+in.Host:
			reply(out, http.StatusForbidden, map[string]string{
				"error": "the request comes from another page", "hint": "use the sandbox's own page, or no browser",
			})
		default:
			inner.ServeHTTP(out, in)
		}
	})
}

// get adds a route that reads.
func (d *door) get(path string, answer func(in *http.Request) (any, error)) {
	d.mux.HandleFunc("GET "+path, func(out http.ResponseWriter, in *http.Request) {
		got, err := answer(in)
		respond(out, got, err)
	})
}

// post adds a route that takes a JSON body of type T; unknown fields are refused.
func post[T any](d *door, path string, act func(T) (any, error)) {
	postUpTo(d, path, maxBody, act)
}

func postUpTo[T any](d *door, path string, limit int64, act func(T) (any, error)) {
	d.mux.HandleFunc("POST "+path, func(out http.ResponseWriter, in *http.Request) {
		var body T
		if err := decode(http.MaxBytesReader(out, in.Body, limit), &body); err != nil {
			respond(out, nil, err)
			return
		}
		got, err := act(body)
		respond(out, got, err)
	})
}

// decode reads one JSON value and nothing else; an empty body is the zero value.
func decode[T any](from io.Reader, body *T) error {
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(body)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = errors.New("there is something after the object")
		}
	}
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return tooBig
	}
	var example T
	return &badInput{"the body is no JSON of the right form: " + err.Error(), "send " + shapeOf(example)}
}

func shapeOf(body any) string {
	shape, err := json.Marshal(body)
	if err != nil {
		return "a JSON object"
	}
	return "an object such as " + string(shape)
}

func respond(out http.ResponseWriter, got any, err error) {
	var bad *badInput
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		reply(out, http.StatusRequestEntityTooLarge, map[string]string{
			"error": fmt.Sprintf("the body has more than %d bytes", tooBig.Limit), "hint": "send less, or in several calls",
		})
	case errors.As(err, &bad):
		reply(out, http.StatusBadRequest, map[string]string{"error": err.Error(), "hint": bad.hint})
	case err != nil:
		reply(out, http.StatusInternalServerError, map[string]string{"error": err.Error(), "hint": "this is a fault of the sandbox"})
	case got == nil:
		reply(out, http.StatusOK, map[string]bool{"ok": true})
	default:
		reply(out, http.StatusOK, got)
	}
}

func reply(out http.ResponseWriter, status int, body any) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(body)
}
