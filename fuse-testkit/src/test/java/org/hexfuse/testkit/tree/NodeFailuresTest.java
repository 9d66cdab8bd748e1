package org.hexfuse.testkit.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.NewFile;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations of nodes that fail half way, or whose authors reply twice: references and handles are what they were. */
@Timeout(60) class NodeFailuresTest {
    private static final Name F = Name.of("f");

    private final AtomicInteger releases = new AtomicInteger();

    private static void failsBy(Class<? extends Throwable> type, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(type);
    }

    /** A handle that cannot be had, since its flags, or what goes with them, are wrong. */
    private FileHandle broken(boolean throwing) {
        return new FileHandle() {
            @Override public Set<OpenOutFlag> openFlags() {
                if (throwing) {
                    throw new IllegalStateException("on purpose");
                }
                return Set.of(OpenOutFlag.KEEP_CACHE);
            }

            @Override public OptionalInt passthrough() {
                return OptionalInt.of(1);
            }

            @Override public void release(Release op) {
                releases.incrementAndGet();
            }
        };
    }

    /** Opens files that cannot be opened, now or late. */
    private final class Unopenable extends Text {
        private final boolean throwing;
        private boolean late;

        Unopenable(boolean throwing) {
            super("");
            this.throwing = throwing;
        }

        @Override public FileHandle open(Open op) {
            return late ? later(op, reply -> reply.reply(broken(throwing))) : broken(throwing);
        }
    }

    @Test void aFileThatCannotBeOpenedIsReleased() throws Exception {
        for (boolean throwing : new boolean[]{false, true}) {
            var root = new Folder();
            var file = new Unopenable(throwing);
            root.addChild(F, file);
            TreeFileSystem fileSystem = TreeFileSystem.of(root);
            long node = fileSystem.lookup(Lookup.of(FuseFileSystem.ROOT, F)).node();
            failsBy(RuntimeException.class, () -> fileSystem.open(Open.of(node, 0)));
            assertThat(releases.getAndSet(0)).isEqualTo(1);
            file.late = true;
            var reply = new FutureReply<Opened>();
            fileSystem.open(Open.of(node, 0).withLater(() -> reply));
            failsBy(RuntimeException.class, () -> reply.await(Duration.ZERO));
            assertThat(releases.getAndSet(0)).isEqualTo(1);
            fileSystem.forget(Forget.of(node, 1));
            assertThat(fileSystem.referencedNodes()).isEqualTo(1);
        }
    }

    @Test void aFileThatIsCreatedAndCannotBeOpenedIsReleasedAndHasNoName() {
        var root = new Folder() {
            @Override public NewFile create(Create op) {
                return new NewFile(new Text(""), broken(false));
            }
        };
        TreeFileSystem fileSystem = TreeFileSystem.of(root);
        failsBy(IllegalArgumentException.class, () -> fileSystem.create(Create.of(FuseFileSystem.ROOT, F, 0, 0644)));
        assertThat(releases).hasValue(1);
        assertThat(root.children()).isEmpty();
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }

    @Test void aDirectoryThatCannotBeOpenedIsReleased() throws Exception {
        var directory = new Folder() {
            @Override public Set<OpenOutFlag> openFlags() {
                throw new IllegalStateException("on purpose");
            }

            @Override public void releasedir(ReleaseDir op) {
                releases.incrementAndGet();
            }
        };
        var root = new Folder();
        root.addChild(F, directory);
        TreeFileSystem fileSystem = TreeFileSystem.of(root);
        long node = fileSystem.lookup(Lookup.of(FuseFileSystem.ROOT, F)).node();
        failsBy(IllegalStateException.class, () -> fileSystem.opendir(OpenDir.of(node)));
        assertThat(releases).hasValue(1);
        fileSystem.forget(Forget.of(node, 1));
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }

    /** Replies to lookups when the test does. */
    private static final class Replying extends Folder {
        private final Node child;
        private LateReply<Child> reply;

        Replying(Node child) {
            this.child = child;
        }

        @Override public boolean keepsChildren() {
            return false;
        }

        @Override public Child lookup(Lookup op) {
            return later(op, kept -> reply = kept);
        }
    }

    private static FutureReply<Entry> lookUp(TreeFileSystem fileSystem) {
        return FutureReply.of(Lookup.of(FuseFileSystem.ROOT, F), fileSystem::lookup);
    }

    @Test void aSecondReplyIsRefusedAndTakesNoReference() throws Exception {
        var root = new Replying(new Text(""));
        TreeFileSystem fileSystem = TreeFileSystem.of(root);
        FutureReply<Entry> entry = lookUp(fileSystem);
        root.reply.reply(root.child);
        failsBy(IllegalStateException.class, () -> root.reply.reply(root.child));
        failsBy(IllegalStateException.class, () -> root.reply.fail(FuseException.of(Errno.ENOENT)));
        assertThat(fileSystem.referencedNodes()).isEqualTo(2);
        assertThat(root.child(F)).isPresent();
        fileSystem.forget(Forget.of(entry.await(Duration.ZERO).node(), 1));
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }

    @Test void aSecondReplyWithAttributesDropsNoReference() throws Exception {
        var attributes = new LateReply<?>[1];
        var root = new Replying(new Text("") {
            @Override public Attr getattr(GetAttr op) {
                return op.later(kept -> attributes[0] = kept);
            }
        });
        TreeFileSystem fileSystem = TreeFileSystem.of(root);
        FutureReply<Entry> entry = lookUp(fileSystem);
        root.reply.reply(root.child);
        @SuppressWarnings("unchecked") var reply = (LateReply<Attr>) attributes[0];
        reply.reply(Attr.file(0444, 0));
        failsBy(IllegalStateException.class, () -> reply.fail(FuseException.of(Errno.EIO)));
        assertThat(fileSystem.node(entry.await(Duration.ZERO).node())).isSameAs(root.child);
        fileSystem.forget(Forget.of(root.child.id(), 1));
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }

    @Test void aReplyAfterTheHandlerHasThrownTakesNoReference() throws IOException {
        var root = new Folder() {
            private LateReply<Child> reply;

            @Override public Child mkdir(MkDir op) {
                later(op, kept -> reply = kept);
                throw FuseException.of(Errno.ENOSPC);
            }
        };
        TreeFileSystem fileSystem = TreeFileSystem.of(root);
        FutureReply<Entry> entry = FutureReply.of(MkDir.of(FuseFileSystem.ROOT, F, 0755), fileSystem::mkdir);
        failsBy(FuseException.class, () -> entry.await(Duration.ZERO));
        failsBy(IllegalStateException.class, () -> root.reply.reply(new Folder()));
        assertThat(root.children()).isEmpty();
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }
}
