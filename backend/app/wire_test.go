package app_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
)

// wire is a way to a database that sees every commit pass: it calls before
// when one comes from the client, and after when the server has done it and the
// client does not know yet. A function that returns false cuts the connection
// there.
type wire struct {
	target        string
	before, after func() bool
}

// listen opens the way and returns the database's URL through it.
func (w wire) listen(t *testing.T, databaseURL string) string {
	t.Helper()
	through, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	w.target = through.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(client)
		}
	}()
	through.Host = listener.Addr().String()
	query := through.Query()
	query.Set("sslmode", "disable") // it reads along
	through.RawQuery = query.Encode()
	return through.String()
}

func (w wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.target)
	if err != nil {
		return
	}
	defer server.Close()
	// The first message has a length and no type (PostgreSQL documentation,
	// "Message Formats").
	first := make([]byte, 4)
	if _, err := io.ReadFull(client, first); err != nil {
		return
	}
	if _, err := server.Write(first); err != nil {
		return
	}
	if _, err := io.CopyN(server, client, int64(binary.BigEndian.Uint32(first))-4); err != nil {
		return
	}
	go func() {
		defer client.Close()
		defer server.Close()
		pass(client, server, func(kind byte, body []byte) bool {
			return kind != 'C' || !bytes.HasPrefix(body, []byte("COMMIT")) || w.after()
		})
	}()
	pass(server, client, func(kind byte, body []byte) bool {
		return kind != 'Q' || !strings.EqualFold(string(bytes.TrimRight(body, "\x00")), "commit") || w.before()
	})
}

// pass carries messages for as long as look lets them.
func pass(to io.Writer, from io.Reader, look func(kind byte, body []byte) bool) {
	r := bufio.NewReader(from)
	head := make([]byte, 5)
	for {
		if _, err := io.ReadFull(r, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		if !look(head[0], body) {
			return
		}
		if _, err := to.Write(append(head[:5:5], body...)); err != nil {
			return
		}
	}
}
