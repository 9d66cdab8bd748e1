/** A virtual filesystem switch on top of the device: paths, open files, permissions, locks, and what is remembered of them. */
module org.hexfuse.vfs {
    requires transitive org.hexfuse.device;
    requires transitive org.hexfuse.posix;
    requires org.slf4j;

    exports org.hexfuse.vfs;
}
