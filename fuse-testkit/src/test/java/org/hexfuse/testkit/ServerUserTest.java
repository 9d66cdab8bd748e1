package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Caller;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.StatFs;
import org.hexfuse.server.tree.StaticDirectory;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.transport.DeviceHandle;
import org.hexfuse.transport.KernelLink;
import org.hexfuse.transport.ServerUser;
import org.hexfuse.transport.Transports;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.Test;

/** The callers of a server that a transport has started as an ordinary user. */
class ServerUserTest {
    private static final ServerUser USER = new ServerUser(7, 8);

    /** A link whose server runs as {@link #USER}. */
    private record LinkOfUser(KernelLink link) implements KernelLink {
        @Override public int maxMessage() {
            return link.maxMessage();
        }

        @Override public void attach(DeviceHandle handle) throws IOException {
            link.attach(handle);
        }

        @Override public <T> Optional<T> feature(Class<T> type) {
            return type == ServerUser.class ? Optional.of(type.cast(USER)) : link.feature(type);
        }

        @Override public void close() {
            link.close();
        }
    }

    /** The caller of a STATFS. */
    private static Caller caller(VfsOptions options) throws IOException {
        var caller = new AtomicReference<Caller>();
        var files = new FilterFileSystem(TreeFileSystem.of(new StaticDirectory())) {
            @Override public StatVfs statfs(StatFs op) throws IOException, InterruptedException {
                caller.set(op.caller());
                return super.statfs(op);
            }
        };
        try (FuseServer server = FuseServer.serve(files).start();
                Vfs vfs = Vfs.connect(new LinkOfUser(Transports.connect(server.address())), options)) {
            vfs.statfs();
            return caller.get();
        }
    }

    @Test void areThatUser() throws IOException {
        Caller caller = caller(VfsOptions.DEFAULT);
        assertThat(caller.uid()).isEqualTo(7);
        assertThat(caller.gid()).isEqualTo(8);
    }

    @Test void areThoseThatTheMountNames() throws IOException {
        assertThat(caller(VfsOptions.DEFAULT.withCredentials(Credentials.of(9, 9))).uid()).isEqualTo(9);
    }
}
