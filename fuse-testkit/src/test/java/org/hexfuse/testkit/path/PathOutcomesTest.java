package org.hexfuse.testkit.path;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.server.*;
import org.hexfuse.server.path.PathFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** The handle of a file that is open by its path. */
    private static long open(PathFileSystem fileSystem, long node) throws Exception {
        return fileSystem.open(Open.of(node, 0)).handle();
    }

    private static void release(PathFileSystem fileSystem, long node, long handle) {
        try {
            fileSystem.release(Release.of(node, handle));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test void aFileThatIsClosedWhileItIsHiddenIsRemoved() throws Exception {
        var hiding = new AtomicReference<Runnable>();
        var texts = new Texts() {
            @Override public synchronized void rename(String from, String to, Rename op) {
                hiding.get().run();
                super.rename(from, to, op);
            }
        };
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        long f = lookUp(fileSystem, F);
        long handle = open(fileSystem, f);
        hiding.set(() -> release(fileSystem, f, handle));
        fileSystem.unlink(Unlink.of(FuseFileSystem.ROOT, F));
        assertThat(texts.files).containsOnlyKeys("/d", "/d/g");
    }

    @Test void aReleaseDoesNotWaitForARenameOfTheDirectory() throws Exception {
        var texts = new Deferring() {
            @Override public synchronized void rename(String from, String to, Rename op) {
                if (from.equals("/d")) {
                    super.rename(from, to, op);
                } else {
                    move(from, to);
                }
            }
        };
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        long d = lookUp(fileSystem, D);
        long g = fileSystem.lookup(Lookup.of(d, G)).node();
        long handle = open(fileSystem, g);
        fileSystem.unlink(Unlink.of(d, G));
        fileSystem.rename(Rename.of(FuseFileSystem.ROOT, D, FuseFileSystem.ROOT, Name.of("e")).withLater(() -> late));
        CompletableFuture.runAsync(() -> release(fileSystem, g, handle)).get(10, TimeUnit.SECONDS);
        assertThat(texts.files.keySet()).anyMatch(path -> path.startsWith("/d/.fuse_hidden"));
        texts.move("/d", "/e");
        texts.reply.reply(null);
        late.await(Duration.ZERO);
        assertThat(texts.files).containsOnlyKeys("/e", "/f");
        assertThat(texts.calls).last(as(InstanceOfAssertFactories.STRING)).startsWith("unlink /e/.fuse_hidden");
    }

    /** Texts whose file {@code /g} cannot be renamed, now or late. */
    private static final class Failing extends Deferring {
        private final boolean fails;
        private final AtomicReference<Runnable> renaming = new AtomicReference<>(() -> {});

        Failing(boolean fails) {
            this.fails = fails;
            files.put("/g", "another");
        }

        @Override public synchronized void rename(String from, String to, Rename op) {
            if (!from.equals("/g")) {
                move(from, to);
                return;
            }
            renaming.get().run();
            if (fails) {
                throw FuseException.of(Errno.ENOSPC);
            }
            super.rename(from, to, op);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true}) void aRenameOverAnOpenFileThatFailsLeavesThatFile(boolean atOnce)
            throws Exception {
        var texts = new Failing(atOnce);
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        lookUp(fileSystem, G);
        long f = lookUp(fileSystem, F);
        long handle = open(fileSystem, f);
        // Even if it is closed before the rename has failed.
        texts.renaming.set(() -> release(fileSystem, f, handle));
        FutureReply<Void> reply = renamed(fileSystem, 0);
        if (!atOnce) {
            assertThat(texts.files).doesNotContainKey("/f");
            texts.reply.fail(FuseException.of(Errno.ENOSPC));
        }
        assertThatThrownBy(() -> reply.await(Duration.ZERO)).isInstanceOfSatisfying(FuseException.class,
                e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
        assertThat(texts.files).containsOnlyKeys("/d", "/d/g", "/f", "/g").containsEntry("/f", "content");
        assertThat(attributes(fileSystem, f).size()).isEqualTo(7);
    }

    private static FutureReply<Void> renamed(PathFileSystem fileSystem, int flags) {
        return FutureReply.of(Rename.of(FuseFileSystem.ROOT, G, FuseFileSystem.ROOT, F).withFlags(flags), op -> {
            fileSystem.rename(op);
            return null;
        });
    }

    @Test void aRenameThatMustNotReplaceHidesNothing() throws Exception {
        var texts = new Failing(true);
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        lookUp(fileSystem, G);
        open(fileSystem, lookUp(fileSystem, F));
        texts.renaming.set(() -> assertThat(texts.files).containsKey("/f"));
        assertThatThrownBy(() -> renamed(fileSystem, Rename.NOREPLACE).await(Duration.ZERO))
                .isInstanceOf(FuseException.class);
    }

    @Test void aFileIsHiddenAndRemovedByLateReplies() throws Exception {
        var soon = CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS);
        var removed = new CompletableFuture<Void>();
        var texts = new Texts() {
            @Override public synchronized void rename(String from, String to, Rename op) {
                op.later(reply -> soon.execute(() -> {
                    move(from, to);
                    reply.reply(null);
                }));
            }

            @Override public synchronized void unlink(String path, Unlink op) {
                op.later(reply -> soon.execute(() -> {
                    files.remove(path);
                    reply.reply(null);
                    removed.complete(null);
                }));
            }
        };
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        long f = lookUp(fileSystem, F);
        long handle = open(fileSystem, f);
        fileSystem.unlink(Unlink.of(FuseFileSystem.ROOT, F));
        assertThat(texts.files).doesNotContainKey("/f").hasSize(3);
        assertThat(attributes(fileSystem, f).size()).isEqualTo(7);
        release(fileSystem, f, handle);
        removed.get(10, TimeUnit.SECONDS);
        assertThat(texts.files).containsOnlyKeys("/d", "/d/g");
    }

    /** Texts whose directories have the number of their names as size, and are removed late. */
    private static final class Directories extends Texts {
        private LateReply<Void> reply;

        @Override public Attr getattr(String path, GetAttr op) {
            Attr attr = super.getattr(path, op);
            return FileType.DIRECTORY.is(attr.mode()) ? attr.toBuilder().size(files.size()).build() : attr;
        }

        @Override public synchronized void rmdir(String path, RmDir op) {
            op.later(kept -> reply = kept);
        }
    }

    @Test void aDirectoryThatCouldNotBeRemovedHasItsAttributes() throws Exception {
        var texts = new Directories();
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        long d = lookUp(fileSystem, D);
        fileSystem.rmdir(RmDir.of(FuseFileSystem.ROOT, D).withLater(() -> late));
        texts.reply.fail(FuseException.of(Errno.ENOTEMPTY));
        texts.files.put("/h", "");
        assertThat(attributes(fileSystem, d).size()).isEqualTo(4);
    }

    @Test void aDirectoryThatWasRemovedOrReplacedKeepsItsAttributes() throws Exception {
        var texts = new Directories();
        texts.files.put("/e", "");
        PathFileSystem fileSystem = PathFileSystem.of(texts);
        long d = lookUp(fileSystem, D);
        long e = lookUp(fileSystem, Name.of("e"));
        fileSystem.rename(Rename.of(FuseFileSystem.ROOT, D, FuseFileSystem.ROOT, Name.of("e")));
        assertThat(attributes(fileSystem, e).nlink()).isZero();
        fileSystem.rmdir(RmDir.of(FuseFileSystem.ROOT, Name.of("e")).withLater(() -> late));
        texts.reply.reply(null);
        assertThat(attributes(fileSystem, d).nlink()).isZero();
        assertThat(attributes(fileSystem, d).size()).isEqualTo(3);
    }
}
