/** A virtual filesystem switch on top of the device: paths, open files, permissions, locks, caches. */
module org.hexfuse.vfs {
    requires transitive org.hexfuse.device;
    requires transitive org.hexfuse.posix;
    requires org.slf4j;

    exports org.hexfuse.vfs;
}
