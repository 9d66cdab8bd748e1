package org.hexfuse.testkit.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Listed;
import org.hexfuse.server.tree.NewFile;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operations of nodes and handles: each comes to the object that it is for. */
@Timeout(60) class NodeOperationsTest {
    private final List<String> calls = new CopyOnWriteArrayList<>();

    /** Runs a test on a mounted directory with one child {@code f}. */
    private void with(Node child, MountedTest test) throws Exception {
        var root = new Folder();
        root.addChild("f", child);
        try (var kernel = UserKernel.connect("mem:", TreeFileSystem.of(root)).failOnLeaks()) {
            test.run(kernel.vfs());
        }
    }

    private interface MountedTest {
        void run(Vfs vfs) throws Exception;
    }

    /** A file with a handle object for each open, which notes its calls. */
    private final class Noting extends Text {
        private final AtomicInteger opens = new AtomicInteger();

        Noting() {
            super("of the node");
        }

        @Override public FileHandle open(Open op) {
            int number = opens.incrementAndGet();
            return new FileHandle() {
                @Override public Set<OpenOutFlag> openFlags() {
                    return Set.of(OpenOutFlag.DIRECT_IO);
                }

                @Override public void read(Read op, DataReply out) {
                    out.writeSlice(("of handle " + number).getBytes(UTF_8), op.offset());
                }

                @Override public int write(Write op) {
                    calls.add("write " + number);
                    return op.size();
                }

                @Override public void fsync(Fsync op) {
                    calls.add("fsync " + number);
                }

                @Override public void fallocate(Fallocate op) {
                    calls.add("fallocate " + number);
                }

                @Override public long lseek(Lseek op) {
                    return 40L + number;
                }

                @Override public long copyFileRange(CopyFileRange op, FileHandle target) {
                    calls.add("copy " + number + (target.equals(this) ? " to itself" : " to another"));
                    return op.length();
                }

                @Override public IoctlResult ioctl(Ioctl op, DataReply out) {
                    return IoctlResult.of(op.command() + number);
                }

                @Override public int poll(Poll op) {
                    return op.events() & number;
                }

                @Override public void flush(Flush op) {
                    calls.add("flush " + number);
                }

                @Override public void release(Release op) {
                    calls.add("release " + number);
                }
            };
        }

        @Override public synchronized Attr setattr(SetAttr op) {
            calls.add("setattr" + (op.handle().isPresent() && handle(op.handle().getAsLong()).isPresent()
                    ? " with its handle"
                    : ""));
            return getattr(null);
        }
    }

    @Test void operationsOnAnOpenFileComeToItsHandle() throws Exception {
        with(new Noting(), vfs -> {
            try (OpenFile one = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE);
                    OpenFile two = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                byte[] bytes = new byte[100];
                assertThat(new String(bytes, 0, two.read(bytes, 0), UTF_8)).isEqualTo("of handle 2");
                one.write(new byte[3], 0);
                two.sync(false);
                one.fallocate(0, 0, 10);
                assertThat(two.seekData(0)).isEqualTo(42);
                assertThat(one.copyFileRange(two, 0, 100, 5)).isEqualTo(5);
                assertThat(two.ioctl(7, 0L)).isEqualTo(9);
                assertThat(one.poll(1)).isEqualTo(1);
                one.truncate(4);
            }
            assertThat(calls).contains("write 1", "fsync 2", "fallocate 1", "copy 1 to another",
                    "setattr with its handle", "flush 1", "flush 2");
        });
        assertThat(calls).contains("release 1", "release 2").doesNotHaveDuplicates();
    }

    /** A file with extended attributes. */
    private static final class Tagged extends Text {
        private final Map<Name, byte[]> tags = new ConcurrentHashMap<>();

        Tagged() {
            super("");
        }

        @Override public void setxattr(SetXattr op) {
            tags.put(op.name(), op.value());
        }

        @Override public byte[] getxattr(GetXattr op) {
            byte[] value = tags.get(op.name());
            if (value == null) {
                throw FuseException.of(Errno.ENODATA);
            }
            return value;
        }

        @Override public List<Name> listxattr(ListXattr op) {
            return List.copyOf(tags.keySet());
        }

        @Override public void removexattr(RemoveXattr op) {
            tags.remove(op.name());
        }
    }

    @Test void nodesHaveExtendedAttributes() throws Exception {
        with(new Tagged(), vfs -> {
            vfs.setxattr("/f", "user.colour", new byte[]{1}, 0);
            assertThat(vfs.getxattr("/f", "user.colour")).containsExactly(1);
            assertThat(vfs.listxattr("/f")).containsExactly(Name.of("user.colour"));
            vfs.removexattr("/f", "user.colour");
            assertThat(vfs.listxattr("/f")).isEmpty();
        });
    }

    @Test void anInodeNumberOfTheAuthorsIsShownEverywhere() throws Exception {
        var numbered = new Text("") {
            @Override public long ino() {
                return 4711;
            }
        };
        with(numbered, vfs -> {
            assertThat(vfs.stat("/f").ino()).isEqualTo(4711);
            assertThat(vfs.list("/")).filteredOn(entry -> entry.name().is("f")).extracting(entry -> entry.ino())
                    .containsExactly(4711L);
        });
    }

    @Test void theFrameworkKeepsLocksForAllKernels() throws Exception {
        var root = new Folder();
        root.addChild("f", new Text(""));
        var fileSystem = new TreeFileSystem(root) {
            @Override public Set<Capability> capabilities() {
                return EnumSet.allOf(Capability.class);
            }
        };
        try (var one = UserKernel.connect("mem:", fileSystem); var two = UserKernel.connect("mem:", fileSystem)) {
            try (OpenFile first = one.vfs().open("/f", OpenFlag.READ, OpenFlag.WRITE);
                    OpenFile second = two.vfs().open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                first.tryFlock(LockType.WRITE);
                assertThatThrownBy(() -> second.tryFlock(LockType.READ)).isInstanceOf(FuseException.class);
            }
            try (OpenFile second = two.vfs().open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                second.flock(LockType.WRITE);
            }
        }
        assertThat(fileSystem.locks().lockedFiles()).isZero();
    }

    @Test void theFrameworkKeepsLocksOfOneKindAlone() throws Exception {
        for (Capability capability : List.of(Capability.FLOCK, Capability.RECORD_LOCKS)) {
            var fileSystem = new TreeFileSystem(new Folder()) {
                @Override public Set<Capability> capabilities() {
                    return Set.of(capability);
                }
            };
            fileSystem.root().addChild("f", new Text(""));
            long node = fileSystem.lookup(Lookup.of(FuseFileSystem.ROOT, Name.of("f"))).node();
            long handle = fileSystem.open(Open.of(node, 0)).handle();
            boolean flock = capability == Capability.FLOCK;
            fileSystem.setlk(Lock.of(node, handle, 7, LockRange.whole(LockType.WRITE)).withFlock(flock));
            assertThat(fileSystem.locks().lockedFiles()).isEqualTo(1);
            fileSystem.release(Release.of(node, handle).withLockOwner(7, flock));
            assertThat(fileSystem.locks().lockedFiles()).isZero();
        }
    }

    /** A directory that replies to everything late. */
    private static final class Late extends Folder {
        private final Executor soon = CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS);
        private final Text found = new Text("found") {
            @Override public Attr getattr(GetAttr op) {
                return op.later(reply -> soon.execute(() -> reply.reply(Attr.file(0444, 5))));
            }

            @Override public FileHandle open(Open op) {
                return later(op, reply -> soon.execute(() -> reply.reply(this)));
            }
        };

        @Override public boolean keepsChildren() {
            return false;
        }

        @Override public Child lookup(Lookup op) {
            String name = op.name().toString();
            return later(op, reply -> soon.execute(() -> {
                if (name.equals("found")) {
                    reply.reply(found);
                } else {
                    reply.fail(FuseException.of(Errno.ENOENT));
                }
            }));
        }

        @Override public Child mkdir(MkDir op) {
            return later(op, reply -> soon.execute(() -> reply.reply(new Folder())));
        }

        @Override public NewFile create(Create op) {
            return later(op, reply -> soon.execute(() -> reply.reply(NewFile.of(new Text("")))));
        }

        @Override public void unlink(Unlink op) {
            op.later(reply -> soon.execute(() -> reply.reply(null)));
        }

        @Override public void rename(Rename op, Node directory) {
            op.later(reply -> soon.execute(() -> reply.reply(null)));
        }

        @Override public Stream<Listed> readdir(ReadDir op) {
            return later(op, reply -> soon.execute(() -> reply.reply(Stream.of(Listed.of("found", FileType.REGULAR)))));
        }
    }

    @Test void everyReplyCanBeGivenLater() throws Exception {
        var root = new Late();
        var fileSystem = TreeFileSystem.of(root);
        try (var kernel = UserKernel.connect("mem:", fileSystem).failOnLeaks()) {
            Vfs vfs = kernel.vfs();
            assertThat(vfs.readString("/found")).isEqualTo("found");
            assertThat(vfs.list("/")).extracting(entry -> entry.name().toString()).containsExactly("found");
            assertThatThrownBy(() -> vfs.stat("/absent")).isInstanceOf(FuseException.class);
            vfs.mkdir("/d");
            assertThat(root.child(Name.of("d"))).isPresent();
            vfs.open("/g", 0644, OpenFlag.WRITE, OpenFlag.CREATE).close();
            vfs.rename("/g", "/h");
            assertThat(root.child(Name.of("h"))).isPresent();
            vfs.unlink("/h");
            assertThat(root.child(Name.of("h"))).isEmpty();
        }
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
    }

    @Test void blockingHandlersDoNotHoldUpOthers() throws Exception {
        var entered = new CompletableFuture<Void>();
        var release = new CompletableFuture<Void>();
        var slow = new Text("slow") {
            @Override public void read(Read op, DataReply out) {
                entered.complete(null);
                release.join();
                super.read(op, out);
            }
        };
        var root = new Folder();
        root.addChild("slow", slow);
        root.addChild("f", new Text("quick"));
        try (var kernel = UserKernel.connect("mem:", new TreeFileSystem(root) {
            @Override public Blocking blocking() {
                return Blocking.IN_JAVA;
            }
        })) {
            Vfs vfs = kernel.vfs();
            var reader = CompletableFuture.supplyAsync(() -> vfs.readString("/slow"));
            entered.get(10, TimeUnit.SECONDS);
            assertThat(vfs.readString("/f")).isEqualTo("quick");
            vfs.rename("/slow", "/g");
            vfs.unlink("/g");
            release.complete(null);
            assertThat(reader.get(10, TimeUnit.SECONDS)).isEqualTo("slow");
        }
    }

    @Test void propertiesAreThoseOfTheFilesystem() throws IOException {
        var sessions = new CopyOnWriteArrayList<String>();
        var fileSystem = new TreeFileSystem(new Folder()) {
            @Override protected void begin(InitNegotiation negotiation) {
                sessions.add("begin");
            }

            @Override protected void end(Session session) {
                sessions.add("end");
            }
        };
        UserKernel.connect("mem:", fileSystem).close();
        assertThat(sessions).containsExactly("begin", "end");
        assertThat(fileSystem.capabilities()).containsExactly(Capability.READDIRPLUS);
        assertThatThrownBy(() -> TreeFileSystem.of(new Text(""))).isInstanceOf(IllegalArgumentException.class);
    }
}
