/** The kernel's side of FUSE: connection, device handles, queues, INIT, notifications, abort. */
module org.hexfuse.device {
    requires transitive org.hexfuse.transport;
    requires org.slf4j;

    exports org.hexfuse.device;
}
