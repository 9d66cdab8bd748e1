package org.hexfuse.transport.linux.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What creates, moves and removes names: from the system call to the typed operation, and back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class NameOperationsTest {
    private static Errno errno(Runnable call) {
        try {
            call.run();
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        }
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void renamesHaveTheirFlags(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public void rename(Rename op) {
                record("rename", op.node(), op.name(), op.targetDirectory(), op.targetName(), op.flags());
                if (op.flags() == Rename.EXCHANGE) {
                    throw refused();
                }
            }
        };
        kernel.run(recorder, client -> {
            client.rename("/f", "/d/x");
            client.rename("/g", "/y", Rename.NOREPLACE);
            assertThat(errno(() -> client.rename("/f", "/g", Rename.EXCHANGE))).isEqualTo(Errno.EDOM);
        });
        assertThat(recorder.events).containsExactly("rename 1 f 4 x 0", "rename 1 g 1 y 1", "rename 1 f 1 g 2");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void tmpfileHasFlagsAndMode(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public Created tmpfile(TmpFile op) {
                record("tmpfile", op.node(), op.flags() & OpenFlags.ACCMODE, Integer.toOctalString(op.mode()));
                return new Created(entry(9), Opened.of(90));
            }

            @Override public void release(Release op) {
                record("release", op.node(), op.handle(), op.flags() & OpenFlags.ACCMODE, op.flockUnlock(), op.flush());
            }
        };
        kernel.run(recorder, client -> {
            PosixFile file = client.tmpfile("/d", 0600, OpenFlag.READ, OpenFlag.WRITE);
            assertThat(file.stat().ino()).isEqualTo(9);
            file.close();
        });
        assertThat(recorder.events).containsExactly("tmpfile 4 2 100600", "release 9 90 2 false false");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void creatingOperationsHaveTheirFields(Kernels kernel) throws Exception {
        var recorder = new Recorder(InitFlag.DONT_MASK) {
            @Override public Created create(Create op) {
                record("create", op.node(), op.name(), op.flags() & (OpenFlags.ACCMODE | OpenFlags.EXCL),
                        Integer.toOctalString(op.mode()));
                return new Created(entry(9), Opened.of(90));
            }

            @Override public Entry mkdir(MkDir op) {
                record("mkdir", op.node(), op.name(), Integer.toOctalString(op.mode()));
                return Entry.of(5, Attr.directory(0700));
            }

            @Override public Entry mknod(MkNod op) {
                record("mknod", op.node(), op.name(), Integer.toOctalString(op.mode()), op.device());
                return Entry.of(6, Attr.of(FileType.CHARACTER_DEVICE, 0600).build());
            }

            @Override public Entry symlink(SymLink op) {
                record("symlink", op.node(), op.name(), op.target());
                return Entry.of(7, Attr.of(FileType.SYMLINK, 0777).build());
            }

            @Override public Entry link(Link op) {
                record("link", op.node(), op.name(), op.target());
                return entry(op.target());
            }

            @Override public Name readlink(ReadLink op) {
                throw refused();
            }

            @Override public void unlink(Unlink op) {
                record("unlink", op.node(), op.name());
                throw refused();
            }

            @Override public void rmdir(RmDir op) {
                record("rmdir", op.node(), op.name());
                throw refused();
            }
        };
        kernel.run(recorder, client -> {
            client.create("/d/c").close();
            client.mkdir("/d/m", 0750);
            client.mknod("/d/n", 020640, 0x103);
            client.symlink("to/where", "/d/s");
            client.link("/f", "/d/l");
            assertThat(errno(() -> client.unlink("/g"))).isEqualTo(Errno.EDOM);
            assertThat(errno(() -> client.rmdir("/d"))).isEqualTo(Errno.EDOM);
        });
        assertThat(recorder.events).hasSize(7)
                .contains("mkdir 4 m 750", "mknod 4 n 20640 259", "symlink 4 s to/where", "link 4 l 2", "unlink 1 g",
                        "rmdir 1 d")
                .first().asString().startsWith("create 4 c ").endsWith(" 100666");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void extendedAttributesHaveTheirFields(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public void setxattr(SetXattr op) {
                record("set", op.node(), op.name(), op.value().length, op.flags());
            }

            @Override public byte[] getxattr(GetXattr op) {
                record("get", op.node(), op.name());
                if (op.name().is("user.none")) {
                    throw FuseException.of(Errno.ENODATA);
                }
                return new byte[]{5, 6};
            }

            @Override public java.util.List<Name> listxattr(ListXattr op) {
                return java.util.List.of(Name.of("user.a"), Name.of("user.b"));
            }

            @Override public void removexattr(RemoveXattr op) {
                record("remove", op.node(), op.name());
                throw refused();
            }
        };
        kernel.run(recorder, client -> {
            client.setxattr("/f", "user.a", new byte[3], 1);
            assertThat(client.getxattr("/f", "user.a")).containsExactly(5, 6);
            assertThat(client.listxattr("/f")).containsExactly(Name.of("user.a"), Name.of("user.b"));
            assertThat(errno(() -> client.removexattr("/f", "user.a"))).isEqualTo(Errno.EDOM);
            assertThatThrownBy(() -> client.getxattr("/f", "user.none")).isInstanceOfSatisfying(FuseException.class,
                    e -> assertThat(e.errno()).isEqualTo(Errno.ENODATA));
        });
        assertThat(recorder.events).contains("set 2 user.a 3 1", "get 2 user.a", "remove 2 user.a", "get 2 user.none");
    }
}
