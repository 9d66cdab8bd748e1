import ch.qos.logback.classic.spi.Configurator;
import org.hexfuse.command.Logging;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** The hexfuse command: the composition root, which finds filesystems and transports by their services. */
module org.hexfuse.command {
    requires org.hexfuse.server;
    requires org.hexfuse.vfs;
    requires org.hexfuse.nio;
    requires org.hexfuse.transport.linux;
    requires com.google.guice;
    requires jakarta.inject;
    requires info.picocli;
    requires org.jline.reader;
    requires org.jline.terminal;
    requires me.tongfei.progressbar;
    requires org.hexfuse.libc;
    requires java.management;
    requires org.slf4j;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires static com.google.auto.service;

    opens org.hexfuse.command to com.google.guice, info.picocli;
    opens org.hexfuse.command.shell to com.google.guice, info.picocli;

    uses FuseFileSystemProvider;

    provides Configurator with Logging;
}
