// A mirror of a directory by go-fuse: nothing is cached, the kernel checks permissions. Usage: loopback SOURCE MOUNTPOINT
package main

import (
	"log"
	"os"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

func main() {
	root, err := fs.NewLoopbackRoot(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server, err := fs.Mount(os.Args[2], root, &fs.Options{MountOptions: fuse.MountOptions{Options: []string{"default_permissions"}}})
	if err != nil {
		log.Fatal(err)
	}
	server.Wait()
}
