package org.hexfuse.testkit.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Timestamp;
import org.opentest4j.TestAbortedException;

/** The fixture of the contract: a filesystem, an empty directory for each test, users, and short-hands. */
public interface PosixFixture {
    /** A user in a group of its own. */
    Credentials ALICE = Credentials.of(1001, 1001);
    /** Another user, likewise. */
    Credentials BOB = Credentials.of(1002, 1002);
    /** A group that only the users are in that a test puts there. */
    int SHARED = 2000;
    /** A time in the past, to detect later changes. */
    Instant LONG_AGO = Instant.ofEpochSecond(1_000_000_000, 123_456_789);

    /** The filesystem, for root. */
    PosixClient fs();

    /** The path of a name in the directory of the test, which belongs to root and is writable for all. */
    String at(String name);

    /** Skips the test if the filesystem lacks a feature. */
    void needs(PosixFeature feature);

    /** The filesystem, for {@link #ALICE}. */
    default PosixClient alice() {
        return as(ALICE);
    }

    /** The filesystem, for {@link #BOB}. */
    default PosixClient bob() {
        return as(BOB);
    }

    /** The filesystem, for any user; the test is skipped where this process cannot change its user. */
    default PosixClient as(Credentials user) {
        try {
            return fs().as(user);
        } catch (FuseException e) {
            assumeTrue(e.errno() != Errno.EPERM, "only root can be another user");
            throw e;
        }
    }

    /** The call fails with that error. */
    default void fails(Errno errno, Runnable call) {
        Throwable thrown = catchThrowable(call::run);
        if (thrown instanceof TestAbortedException lacking) {
            // The call needs a feature that the filesystem lacks, so this part of the test is skipped.
            throw lacking;
        }
        assertThat(thrown).isInstanceOfSatisfying(FuseException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    /** A new file with that content, of root's with the mode 0644: its path. */
    default String file(String name, String content) {
        return file(fs(), name, content);
    }

    /** A new file with that content, of a user's: its path. */
    default String file(PosixClient user, String name, String content) {
        try (PosixFile file = user.create(at(name))) {
            write(file, content, 0);
        }
        return at(name);
    }

    /** A new directory of root's with the mode 0755: its path. */
    default String directory(String name) {
        fs().mkdir(at(name), 0755);
        return at(name);
    }

    /** Writes all of a text at an offset. */
    default void write(PosixFile file, String content, long offset) {
        byte[] bytes = content.getBytes(UTF_8);
        assertThat(file.write(bytes, offset)).isEqualTo(bytes.length);
    }

    /** The content of a file of less than a mebibyte. */
    default String content(String path) {
        try (PosixFile file = fs().open(path)) {
            return content(file);
        }
    }

    /** The content of an open file of less than a mebibyte. */
    default String content(PosixFile file) {
        byte[] bytes = new byte[1 << 20];
        return new String(bytes, 0, file.read(bytes, 0), UTF_8);
    }

    /** Opens an existing file to read and write. */
    default PosixFile open(String path) {
        return fs().open(path, OpenFlag.READ, OpenFlag.WRITE);
    }

    /** Whether a path exists; does not follow a symbolic link. */
    default boolean exists(String path) {
        try {
            fs().lstat(path);
            return true;
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /** The names in a directory, without "." and "..", in the order of the filesystem. */
    default List<String> names(String path) {
        return entries(path).stream().filter(entry -> !entry.name().isDotOrDotDot())
                .map(entry -> entry.name().toString()).toList();
    }

    /** All entries of a directory. */
    default List<DirectoryEntry> entries(String path) {
        try (PosixDirectory directory = fs().opendir(path)) {
            return rest(directory);
        }
    }

    /** The entries of an open directory that have not been read yet. */
    default List<DirectoryEntry> rest(PosixDirectory directory) {
        var entries = new ArrayList<DirectoryEntry>();
        for (Optional<DirectoryEntry> next = directory.next(); next.isPresent(); next = directory.next()) {
            entries.add(next.get());
        }
        return entries;
    }

    /** Sets both times of a file to {@link #LONG_AGO}. */
    default void age(String path) {
        fs().utimens(path, Timestamp.of(LONG_AGO), Timestamp.of(LONG_AGO));
    }

    /** Waits until coarse clocks have ticked. */
    default void tick() {
        try {
            Thread.sleep(12);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
