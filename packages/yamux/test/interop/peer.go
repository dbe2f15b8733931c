// A peer for the interop test: hashicorp's yamux over one loopback TCP connection.
//
//	peer serve            prints the port it listens on, echoes every stream, prints "reset" for one that is reset
//	peer goaway           as serve, but goes away once the first stream has ended
//	peer echo <port> <n>  opens n streams of 0 bytes to 64 MB to a server that echoes, and checks what comes back
//	peer ping <port>      pings three times
//	peer abandon <port>   opens a stream, writes, and exits
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"sync"

	"github.com/hashicorp/yamux"
)

func main() {
	log.SetFlags(0)
	switch os.Args[1] {
	case "serve", "goaway":
		serve(os.Args[1] == "goaway")
	case "echo":
		streams, err := strconv.Atoi(os.Args[3])
		check(err)
		echo(dial(), streams)
	case "ping":
		ping(dial())
	case "abandon":
		stream, err := dial().Open()
		check(err)
		_, err = stream.Write([]byte("abandoned"))
		check(err)
	default:
		log.Fatalf("unknown mode %q", os.Args[1])
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func config() *yamux.Config {
	config := yamux.DefaultConfig()
	config.LogOutput = io.Discard
	return config
}

func serve(goAway bool) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	conn, err := listener.Accept()
	check(err)
	session, err := yamux.Server(conn, config())
	check(err)
	for {
		stream, err := session.AcceptStream()
		if err != nil {
			return
		}
		go func() {
			_, err := io.Copy(stream, stream)
			if errors.Is(err, yamux.ErrConnectionReset) {
				fmt.Println("reset")
			}
			stream.Close()
			if goAway {
				check(session.GoAway())
			}
		}()
	}
}

func dial() *yamux.Session {
	conn, err := net.Dial("tcp", "127.0.0.1:"+os.Args[2])
	check(err)
	session, err := yamux.Client(conn, config())
	check(err)
	return session
}

func size(i int) int {
	switch {
	case i == 0:
		return 64 << 20
	case i%10 == 0:
		return 1<<20 + i
	default:
		return (i - 1) * 131
	}
}

func echo(session *yamux.Session, streams int) {
	var all sync.WaitGroup
	for i := 0; i < streams; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			echoOne(session, i)
		}(i)
	}
	all.Wait()
	fmt.Println("ok", streams)
	check(session.Close())
}

func echoOne(session *yamux.Session, i int) {
	stream, err := session.OpenStream()
	check(err)
	sent := bytes.Repeat([]byte(fmt.Sprintf("%d ", i)), size(i)/2+1)[:size(i)]
	go func() {
		_, err := stream.Write(sent)
		check(err)
	}()
	hash := sha256.New()
	_, err = io.CopyN(hash, stream, int64(len(sent)))
	check(err)
	if !bytes.Equal(hash.Sum(nil), sum(sent)) {
		log.Fatalf("stream %d: other bytes came back", i)
	}
	// This side ends first; the server's FIN answers it.
	check(stream.Close())
}

func sum(data []byte) []byte {
	digest := sha256.Sum256(data)
	return digest[:]
}

func ping(session *yamux.Session) {
	for i := 0; i < 3; i++ {
		_, err := session.Ping()
		check(err)
	}
	fmt.Println("ok")
	check(session.Close())
}
