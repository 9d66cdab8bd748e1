package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.DirReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserKernelTest {
    /** One file, {@code f}, whose bytes follow from their offsets; reads block until {@link #readable}. */
    private static class OneFile implements FuseFileSystem {
        static final int SIZE = 3_000_000;

        final CountDownLatch reading = new CountDownLatch(1);
        volatile CountDownLatch readable = new CountDownLatch(0);
        volatile boolean destroyed;

        @Override public Entry lookup(Lookup op) {
            if (!op.name().is("f")) {
                throw FuseException.of(Errno.ENOENT);
            }
            return Entry.of(2, attr(2));
        }

        @Override public Attr getattr(GetAttr op) {
            return attr(op.node());
        }

        @Override public void readdir(ReadDir op, DirReply out) {
            out.add("f", 2, FileType.REGULAR);
        }

        @Override public void read(Read op, DataReply out) throws InterruptedException {
            reading.countDown();
            readable.await();
            byte[] bytes = new byte[Math.clamp(SIZE - op.offset(), 0, op.size())];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (op.offset() + i);
            }
            out.write(bytes);
        }

        @Override public void destroy(Session session) {
            destroyed = true;
        }

        private static Attr attr(long node) {
            return node == ROOT ? Attr.directory(0755) : Attr.file(0444, SIZE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void servesAFilesystemWithoutAMount(
            String address) throws Exception {
        var files = new OneFile();
        try (var kernel = UserKernel.connect(address, files)) {
            assertThat(kernel.vfs().list("/")).extracting(entry -> entry.name().toString()).containsExactly("f");
            assertThat(kernel.vfs().stat("/f").size()).isEqualTo(OneFile.SIZE);
            byte[] all = kernel.vfs().readAllBytes("/f");
            assertThat(all).hasSize(OneFile.SIZE);
            assertThat(all[2_999_999]).isEqualTo((byte) 2_999_999);
            assertThatThrownBy(() -> kernel.vfs().stat("/g")).hasMessage(FuseException.of(Errno.ENOENT).getMessage());
            assertThatThrownBy(() -> kernel.vfs().mkdir("/d")).hasMessage(FuseException.of(Errno.ENOSYS).getMessage());
        }
        assertThat(files.destroyed).isTrue();
    }

    @Test void callersFailWhenTheServerCloses() throws Exception {
        var files = new OneFile();
        files.readable = new CountDownLatch(1);
        try (var kernel = UserKernel.connect("mem:", files)) {
            List<CompletableFuture<Errno>> readers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                var outcome = new CompletableFuture<Errno>();
                readers.add(outcome);
                Thread.ofVirtual().start(() -> {
                    try {
                        kernel.vfs().readAllBytes("/f");
                        outcome.complete(Errno.OK);
                    } catch (FuseException e) {
                        outcome.complete(e.errno());
                    }
                });
            }
            assertThat(files.reading.await(10, TimeUnit.SECONDS)).isTrue();
            Thread closer = Thread.ofPlatform().start(kernel.server()::close);
            for (CompletableFuture<Errno> reader : readers) {
                assertThat(reader.get(10, TimeUnit.SECONDS)).isIn(Errno.ECONNABORTED, Errno.ENOTCONN);
            }
            files.readable.countDown();
            assertThat(closer.join(Duration.ofSeconds(20))).isTrue();
            assertThatThrownBy(() -> kernel.vfs().stat("/g")).isInstanceOf(FuseException.class);
        }
    }

    @Test void anExceptionIsEioAndTheSessionGoesOn() throws Exception {
        var files = new OneFile() {
            @Override public Attr getattr(GetAttr op) {
                throw new IllegalStateException("broken");
            }
        };
        try (var kernel = UserKernel.connect("mem:", files)) {
            assertThatThrownBy(() -> kernel.vfs().stat("/")).hasMessage(FuseException.of(Errno.EIO).getMessage());
            assertThat(kernel.vfs().exists("/f")).isTrue();
        }
    }
}
