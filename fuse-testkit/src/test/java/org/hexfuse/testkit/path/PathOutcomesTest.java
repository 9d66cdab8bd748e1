package org.hexfuse.testkit.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.*;
import org.hexfuse.server.path.PathFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What follows operations of paths that fail, or whose replies are late: locks are released, names are what they were. */
@Timeout(60) class PathOutcomesTest {
    private static final Name D = Name.of("d");
    private static final Name F = Name.of("f");
    private static final Name G = Name.of("g");

    private final FutureReply<Void> late = new FutureReply<>();

    /** Texts whose renames wait for a reply, which the test gives. */
    private static class Deferring extends Texts {
        LateReply<Void> reply;

        @Override public synchronized void rename(String from, String to, Rename op) {
            op.later(kept -> reply = kept);
        }
    }

    private static long lookUp(PathFileSystem fileSystem, Name name) throws Exception {
        return fileSystem.lookup(Lookup.of(FuseFileSystem.ROOT, name)).node();
    }

    /** The attributes of a node, whose lock has to be free. */
    private static Attr attributes(PathFileSystem fileSystem, long node) throws Exception {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return fileSystem.getattr(GetAttr.of(node));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }).get(10, TimeUnit.SECONDS);
    }

    @Test void aHandlerThatThrowsAfterItDeferredItsReplyLeavesNoLock() throws Exception {
        var texts = new Deferring() {
            @Override public synchronized void rename(String from, String to, Rename op) {
                super.rename(from, to, op);
                throw FuseException.of(Errno.ENOSPC);
            }
        };
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        long f = lookUp(fileSystem, F);
        assertThatThrownBy(() -> fileSystem.rename(Rename.of(1, F, 1, G).withLater(() -> late)))
                .isInstanceOf(FuseException.class);
        assertThat(attributes(fileSystem, f).size()).isEqualTo(7);
        late.fail(FuseException.of(Errno.ENOSPC));
        assertThatThrownBy(() -> texts.reply.fail(FuseException.of(Errno.ENOSPC)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(attributes(fileSystem, f).size()).isEqualTo(7);
    }

    @Test void aLateReplyReleasesTheLocksOnce() throws Exception {
        var texts = new Deferring();
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        long f = lookUp(fileSystem, F);
        fileSystem.rename(Rename.of(1, F, 1, G).withLater(() -> late));
        texts.reply.fail(FuseException.of(Errno.ENOSPC));
        assertThatThrownBy(() -> late.await(Duration.ZERO)).isInstanceOf(FuseException.class);
        assertThatThrownBy(() -> texts.reply.reply(null)).isInstanceOf(IllegalStateException.class);
        assertThat(attributes(fileSystem, f).size()).isEqualTo(7);
        assertThat(fileSystem.known("/f")).isPresent();
    }
}
