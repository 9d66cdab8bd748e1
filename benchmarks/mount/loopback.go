// A mirror of a directory by go-fuse, with its defaults: nothing is cached. Usage: loopback SOURCE MOUNTPOINT
package main

import (
	"log"
	"os"

	"github.com/hanwen/go-fuse/v2/fs"
)

func main() {
	root, err := fs.NewLoopbackRoot(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server, err := fs.Mount(os.Args[2], root, &fs.Options{})
	if err != nil {
		log.Fatal(err)
	}
	server.Wait()
}
