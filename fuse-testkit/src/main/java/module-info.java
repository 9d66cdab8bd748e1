/** A kernel for tests, and the contracts of the ports. */
module org.hexfuse.testkit {
    requires transitive org.hexfuse.server;
    requires transitive org.hexfuse.vfs;
    requires org.hexfuse.libc;
    requires transitive org.junit.jupiter.api;
    requires org.junit.platform.commons;
    requires org.assertj.core;
    requires org.opentest4j;

    exports org.hexfuse.testkit;
    exports org.hexfuse.testkit.fault;
    exports org.hexfuse.testkit.junit;
    exports org.hexfuse.testkit.nio;
    exports org.hexfuse.testkit.posix;
    exports org.hexfuse.testkit.record;
}
