/** The Linux C library through the foreign function interface, for the modules of this project only. */
module org.hexfuse.libc {
    requires transitive org.hexfuse.posix;

    exports org.hexfuse.libc to
            org.hexfuse.transport.unix,
            org.hexfuse.transport.linux,
            org.hexfuse.testkit,
            org.hexfuse.command,
            org.hexfuse.examples.passthrough;
}
