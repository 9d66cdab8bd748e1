package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.examples.memory.ComparedProgram.program;

import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.examples.memory.ComparedProgram.Calls;
import org.hexfuse.examples.memory.ComparedProgram.Serving;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.AccessControlList.Entry;
import org.hexfuse.posix.AccessControlList.Tag;
import org.hexfuse.posix.FallocateFlags;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.vfs.FileHandle;
import org.hexfuse.vfs.OpenFlag;

/** What root does. {@link KernelComparisonTest} runs it, {@link UserPrograms} and {@link WritebackPrograms}. */
final class ComparedPrograms {
    /** Node ids of what {@link KernelComparisonTest} sets up. */
    private static final long FILE_IN_D = 4;
    private static final long DIRECTORY_IN_D = 6;
    /** Revision 2, with CAP_CHOWN permitted and effective. */
    private static final byte[] CAPABILITIES = {1, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    /** Owner rw-, user 1000 r--, group r--, mask r--, others r--. */
    static final byte[] ACCESS_LIST = AccessControlList.of(List.of(
            new Entry(Tag.OWNER, 6), new Entry(Tag.USER, 4, 1000), new Entry(Tag.OWNING_GROUP, 4),
            new Entry(Tag.MASK, 4), new Entry(Tag.OTHERS, 4))).toBytes();

    /**
     * The root has the file {@code /f} of five bytes, the directory {@code /d} with {@code /d/g} and {@code /d/e}, and the symbolic link
     * {@code /l} to the file.
     */
    static final List<ComparedProgram> ALL = List.of(
            program("stat twice within the timeout", calls -> {
                calls.fs().stat("/f");
                calls.fs().stat("/f");
            }),
            program("stat twice, after the timeout", calls -> {
                calls.fs().stat("/f");
                calls.passTimeouts().run();
                calls.fs().stat("/f");
            }),
            program("stat below a directory", calls -> {
                calls.fs().stat("/d/g");
                calls.fs().stat("/d/g");
                calls.fs().stat("/d");
            }),
            program("stat below a directory, after the timeout", calls -> {
                calls.fs().stat("/d/g");
                calls.passTimeouts().run();
                calls.fs().stat("/d/g");
            }),
            program("stat of an absent name twice", calls -> {
                calls.absent("/none");
                calls.absent("/none");
            }),
            program("create a name that was absent", calls -> {
                calls.absent("/none");
                calls.write("/none", "now");
                calls.fs().stat("/none");
            }),
            program("open, read and close twice", calls -> {
                calls.read("/f");
                calls.read("/f");
            }),
            program("open, read and close twice with FOPEN_KEEP_CACHE", calls -> {
                calls.read("/f");
                calls.read("/f");
            }).served(Serving.KEEP_CACHE),
            program("read one open file twice", calls -> {
                byte[] bytes = new byte[10];
                try (PosixFile file = calls.fs().open("/f")) {
                    file.read(bytes, 0);
                    file.read(bytes, 0);
                }
            }),
            program("read beyond the end", calls -> {
                try (PosixFile file = calls.fs().open("/f")) {
                    assertThat(file.read(new byte[10], 100)).isZero();
                }
            }),
            program("create, write, close, stat", calls -> {
                calls.write("/new", "text");
                assertThat(calls.fs().stat("/new").size()).isEqualTo(4);
            }),
            program("create a file that exists exclusively", calls -> assertThat(
                    calls.error(() -> calls.fs().create("/f").close())).isEqualTo(Errno.EEXIST)),
            program("append twice", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE, OpenFlag.APPEND)) {
                    file.write("a".getBytes(UTF_8), 0);
                    file.write("b".getBytes(UTF_8), 0);
                }
                assertThat(calls.read("/f")).isEqualTo("helloab");
            }),
            program("truncate and stat", calls -> {
                calls.fs().truncate("/f", 2);
                assertThat(calls.fs().stat("/f").size()).isEqualTo(2);
            }),
            program("open with O_TRUNC", calls -> {
                calls.fs().open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
                assertThat(calls.fs().stat("/f").size()).isZero();
            }),
            program("unlink, then stat", calls -> {
                calls.fs().stat("/f");
                calls.fs().unlink("/f");
                calls.absent("/f");
            }),
            program("rename, then stat both names", calls -> {
                calls.fs().rename("/f", "/moved");
                calls.fs().stat("/moved");
                calls.absent("/f");
            }),
            program("rename over a file", calls -> {
                calls.write("/other", "1");
                calls.fs().rename("/f", "/other");
                assertThat(calls.read("/other")).isEqualTo("hello");
            }),
            program("list twice", calls -> {
                calls.list("/d");
                calls.list("/d");
            }),
            program("list, then stat what was listed", calls -> {
                calls.list("/d");
                calls.fs().stat("/d/g");
            }),
            program("make, list and remove a directory", calls -> {
                calls.fs().mkdir("/m", 0755);
                assertThat(calls.list("/m")).contains(".", "..");
                calls.fs().rmdir("/m");
                calls.absent("/m");
            }),
            program("read a symbolic link twice", calls -> {
                calls.fs().readlink("/l");
                calls.fs().readlink("/l");
            }),
            program("follow a symbolic link twice", calls -> {
                calls.fs().stat("/l");
                calls.fs().stat("/l");
            }),
            program("make a hard link and stat both", calls -> {
                calls.fs().link("/f", "/h");
                assertThat(calls.fs().stat("/h").nlink()).isEqualTo(2);
                assertThat(calls.fs().stat("/f").nlink()).isEqualTo(2);
            }),
            program("chmod and stat", calls -> {
                calls.fs().chmod("/f", 0600);
                assertThat(calls.fs().stat("/f").mode() & 0777).isEqualTo(0600);
            }),
            program("set and get an extended attribute", calls -> {
                calls.fs().setxattr("/f", "user.a", new byte[]{1}, 0);
                calls.fs().getxattr("/f", "user.a");
                calls.fs().listxattr("/f");
            }),
            program("write and fsync", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE)) {
                    file.write("x".getBytes(UTF_8), 0);
                    file.sync(false);
                }
            }),
            program("access", calls -> {
                calls.fs().access("/f", 4);
                calls.fs().access("/f", 4);
            }),
            program("statfs twice", calls -> {
                calls.fs().statfs("/");
                calls.fs().statfs("/");
            }),
            program("append after the timeout", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE, OpenFlag.APPEND)) {
                    calls.passTimeouts().run();
                    file.write("a".getBytes(UTF_8), 0);
                    calls.fs().access("/f", 2);
                }
            }),
            program("write, then access, chmod and stat", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE)) {
                    file.write("x".getBytes(UTF_8), 0);
                    calls.fs().access("/f", 4);
                    file.chmod(0644);
                    file.write("y".getBytes(UTF_8), 0);
                    assertThat(file.stat().size()).isEqualTo(5);
                }
            }),
            program("set and remove an extended attribute, then access and stat", calls -> {
                calls.fs().setxattr("/f", "user.a", new byte[]{1}, 0);
                calls.fs().access("/f", 4);
                calls.fs().stat("/f");
                calls.fs().removexattr("/f", "user.a");
                calls.fs().access("/f", 4);
                calls.read("/f");
                calls.fs().stat("/f");
            }),
            program("set an access control list, then access", calls -> {
                calls.fs().setxattr("/f", "system.posix_acl_access", ACCESS_LIST, 0);
                calls.fs().access("/f", 4);
                calls.fs().removexattr("/f", "system.posix_acl_access");
                calls.fs().access("/f", 4);
            }),
            program("make a hard link, unlink one name, then access and stat", calls -> {
                calls.fs().link("/f", "/h");
                calls.fs().unlink("/f");
                calls.fs().access("/h", 4);
                assertThat(calls.fs().stat("/h").nlink()).isEqualTo(1);
            }),
            program("a hard link to a name that exists", calls -> {
                assertThat(calls.error(() -> calls.fs().link("/f", "/l"))).isEqualTo(Errno.EEXIST);
                calls.fs().stat("/f");
            }),
            program("unlink an open file, then fstat", calls -> {
                try (PosixFile file = calls.fs().open("/f")) {
                    calls.fs().unlink("/f");
                    assertThat(file.stat().nlink()).isZero();
                }
            }),
            program("exchange, then access and stat both", calls -> {
                calls.fs().rename("/f", "/d/g", 2);
                calls.fs().access("/f", 4);
                calls.fs().access("/d/g", 4);
                calls.fs().stat("/f");
                calls.fs().stat("/d/g");
            }),
            program("allocate, then access and stat", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE)) {
                    file.fallocate(0, 0, 100);
                    calls.fs().access("/f", 4);
                    assertThat(file.stat().size()).isEqualTo(100);
                    file.fallocate(FallocateFlags.KEEP_SIZE | FallocateFlags.PUNCH_HOLE, 0, 10);
                    calls.fs().access("/f", 4);
                    file.stat();
                }
            }),
            program("copy a range, then stat both", calls -> {
                try (PosixFile from = calls.fs().open("/f");
                        PosixFile to = calls.fs().open("/d/g", OpenFlag.WRITE)) {
                    assertThat(from.copyFileRange(to, 0, 1, 5)).isEqualTo(5);
                    from.stat();
                    assertThat(to.stat().size()).isEqualTo(6);
                }
            }),
            program("copy a range after the timeout", calls -> {
                try (PosixFile from = calls.fs().open("/f");
                        PosixFile to = calls.fs().open("/d/g", OpenFlag.WRITE)) {
                    calls.passTimeouts().run();
                    assertThat(from.copyFileRange(to, 0, 0, 5)).isEqualTo(5);
                }
            }),
            program("seek to the end, within the timeout and after it", calls -> {
                try (PosixFile file = calls.fs().open("/f")) {
                    assertThat(file.seekEnd(-1)).isEqualTo(4);
                    calls.passTimeouts().run();
                    assertThat(file.seekEnd(0)).isEqualTo(5);
                    assertThat(calls.error(() -> file.seekEnd(-6))).isEqualTo(Errno.EINVAL);
                }
            }),
            program("seek data and holes", calls -> {
                try (PosixFile file = calls.fs().open("/f")) {
                    file.seekData(0);
                    calls.passTimeouts().run();
                    file.seekHole(0);
                    file.seekHole(0);
                }
            }),
            program("seek data and holes without LSEEK", calls -> {
                try (PosixFile file = calls.fs().open("/f")) {
                    file.seekData(0);
                    calls.passTimeouts().run();
                    assertThat(file.seekHole(0)).isEqualTo(5);
                    file.seekHole(0);
                    file.seekEnd(0);
                }
            }).served(Serving.NO_LSEEK),
            program("write twice, then once more after the timeout", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE)) {
                    file.write("a".getBytes(UTF_8), 0);
                    file.write("b".getBytes(UTF_8), 0);
                    calls.passTimeouts().run();
                    file.write("c".getBytes(UTF_8), 0);
                    file.stat();
                    file.write("d".getBytes(UTF_8), 0);
                }
            }),
            program("write and truncate without HANDLE_KILLPRIV_V2", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE)) {
                    file.write("a".getBytes(UTF_8), 0);
                    file.write("b".getBytes(UTF_8), 0);
                    file.truncate(1);
                    file.fallocate(0, 0, 10);
                }
                calls.fs().truncate("/f", 0);
            }).served(Serving.NO_KILLPRIV),
            program("write and truncate a file with capabilities", ComparedPrograms::changeWithCapabilities),
            program("write and truncate a file with capabilities without HANDLE_KILLPRIV_V2",
                    ComparedPrograms::changeWithCapabilities).served(Serving.NO_KILLPRIV),
            program("write and truncate without GETXATTR", calls -> {
                calls.write("/f", "a");
                calls.write("/f", "b");
                calls.fs().truncate("/f", 0);
            }).served(Serving.NO_GETXATTR),
            program("change the owner", calls -> {
                calls.fs().chown("/f", 1000, 1000);
                calls.fs().chown("/d", 1000, 1000);
                calls.fs().lchown("/l", 1000, 1000);
            }),
            program("change the owner of a set-user-id file without HANDLE_KILLPRIV_V2", calls -> {
                calls.fs().chmod("/f", 06755);
                calls.fs().setxattr("/f", "security.capability", CAPABILITIES, 0);
                calls.fs().chown("/f", 1000, 1000);
                assertThat(calls.fs().stat("/f").mode() & 07777).isEqualTo(0755);
            }).served(Serving.NO_KILLPRIV),
            program("read, then stat, with noatime", ComparedPrograms::readThenStat).served(Serving.NOATIME),
            program("read, then stat", ComparedPrograms::readThenStat),
            program("read, then stat, of a read-only mount", ComparedPrograms::readThenStat).served(Serving.READ_ONLY),
            // Once only: Linux evicts the inode of a file without a dentry after RELEASE, and a second open may meet it before or after that.
            program("open a file by its handle", calls -> calls.fs().openByHandle(new FileHandle(FILE_IN_D, 0)).close())
                    .served(Serving.RELEASED_LATER),
            program("open a file by its handle after its name was looked up", calls -> {
                calls.fs().stat("/d/g");
                calls.fs().openByHandle(new FileHandle(FILE_IN_D, 0)).close();
                calls.fs().stat("/d/g");
            }).served(Serving.RELEASED_LATER),
            program("open a directory by its handle", calls -> {
                calls.fs().openByHandle(new FileHandle(DIRECTORY_IN_D, 0)).close();
                calls.fs().openByHandle(new FileHandle(DIRECTORY_IN_D, 0)).close();
                calls.fs().stat("/d/e");
            }).served(Serving.RELEASED_LATER),
            program("open a directory by its handle after its name was looked up", calls -> {
                calls.fs().stat("/d/e");
                calls.fs().openByHandle(new FileHandle(DIRECTORY_IN_D, 0)).close();
                calls.fs().stat("/d/e");
            }).served(Serving.RELEASED_LATER),
            program("open a node by its handle that is gone",
                    calls -> assertThat(calls.error(() -> calls.fs().openByHandle(new FileHandle(99, 0))))
                            .isEqualTo(Errno.ESTALE)));

    private static void readThenStat(Calls calls) {
        calls.read("/f");
        calls.fs().stat("/f");
        calls.list("/d");
        calls.fs().stat("/d");
        calls.fs().readlink("/l");
        calls.fs().lstat("/l");
    }

    private static void changeWithCapabilities(Calls calls) {
        calls.fs().setxattr("/f", "security.capability", CAPABILITIES, 0);
        calls.write("/f", "x");
        calls.fs().setxattr("/f", "security.capability", CAPABILITIES, 0);
        calls.fs().truncate("/f", 1);
    }

    private ComparedPrograms() {}
}
