package org.hexfuse.examples.guide;

import java.nio.file.Path;
import org.hexfuse.server.Fuse;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.StaticFile;
import org.hexfuse.server.tree.TreeFileSystem;

/** A directory with one file. */
public final class Hello {
    private Hello() {}

    static TreeFileSystem fileSystem() {
        return TreeFileSystem.of(new StaticDirectory().with("hello.txt", new StaticFile("Hello, world!\n")));
    }

    /** Mounts it on the directory that is the argument. */
    public static void main(String[] args) throws Exception {
        Fuse.mount(fileSystem(), Path.of(args[0])).await();
    }
}
