/** Unix domain sockets. */
module org.hexfuse.transport.unix {
    requires org.hexfuse.transport;
    requires org.hexfuse.libc;
    requires org.slf4j;
    requires static com.google.auto.service;
}
