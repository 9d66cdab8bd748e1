import ch.qos.logback.classic.spi.Configurator;
import org.hexfuse.examples.command.Logging;
import org.hexfuse.examples.hello.HelloProvider;
import org.hexfuse.examples.memory.MemoryProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;

/** Example filesystems and the hexfuse command. */
module org.hexfuse.examples {
    requires transitive org.hexfuse.server;
    requires org.hexfuse.vfs;
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

    opens org.hexfuse.examples.command to com.google.guice, info.picocli;
    opens org.hexfuse.examples.command.shell to com.google.guice, info.picocli;

    uses FuseFileSystemProvider;

    provides FuseFileSystemProvider with HelloProvider, MemoryProvider;
    provides Configurator with Logging;
}
