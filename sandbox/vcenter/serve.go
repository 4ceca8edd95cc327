package main

// The two listeners: SOAP behind the gate, and the control door.

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// announcement is the one line that a starting sandbox prints.
type announcement struct {
	Host       string `json:"host"`
	Port       int    `json:"port"`
	URL        string `json:"url"`
	Control    string `json:"control"`
	Username   string `json:"username"`
	Password   string `json:"password"`
	Thumbprint string `json:"thumbprint"`
	CAFile     string `json:"ca_file"`
	PID        int    `json:"pid"`
	VMs        int    `json:"vms"`
	LoadedMS   int64  `json:"loaded_ms"`
}

type options struct {
	listen, control    string
	username, password string
	plain              bool
	started            time.Time
}

func serve(w *world, o options) (*announcement, error) {
	soap, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.listen, err)
	}
	address := soap.Addr().(*net.TCPAddr)
	a := &announcement{
		Host: "127.0.0.1", Port: address.Port, Username: o.username, Password: o.password, PID: os.Getpid(), VMs: len(w.vms()),
	}
	w.model.Service.Listen = &url.URL{Host: "127.0.0.1:0", User: url.UserPassword(o.username, o.password)}
	inner := w.model.Service.NewServer()
	inner.Server.Listener.Close() // the simulator's own listener; ours stands behind the gate
	w.gate.handler = w.model.Service.ServeMux

	listener, scheme := net.Listener(&gateListener{Listener: soap, g: w.gate}), "http"
	if !o.plain {
		scheme = "https"
		config, err := w.certificate(a)
		if err != nil {
			return nil, err
		}
		listener = tls.NewListener(listener, config)
	}
	a.URL = fmt.Sprintf("%s://%s:%d/sdk", scheme, a.Host, a.Port)
	server := &http.Server{Handler: w.gate, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()

	control, err := net.Listen("tcp", o.control)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.control, err)
	}
	a.Control = "http://" + control.Addr().String()
	go func() {
		_ = (&http.Server{Handler: onlyLoopback(newDoor(w)), ReadHeaderTimeout: time.Minute}).Serve(control)
	}()
	a.LoadedMS = time.Since(o.started).Milliseconds()
	return a, nil
}

// certificate makes a self-signed one, as a vCenter has, and writes it where a client can read it as CA.
func (w *world) certificate(a *announcement) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "sandbox vCenter"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	home, err := os.MkdirTemp("", "iaas-sandbox-")
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	w.dirs = append(w.dirs, home)
	a.CAFile = home + "/ca.pem"
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(a.CAFile, text, 0o600); err != nil {
		return nil, fmt.Errorf("write the certificate: %w", err)
	}
	a.Thumbprint = thumbprint(der)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"http/1.1"},
		MinVersion: tls.VersionTLS12,
	}, nil
}

// thumbprint writes the SHA-256 of a certificate as vCenter shows it: pairs with colons.
func thumbprint(der []byte) string {
	sum := sha256.Sum256(der)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(pairs, ":")
}
