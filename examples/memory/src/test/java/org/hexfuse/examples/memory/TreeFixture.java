package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hexfuse.posix.Timespec;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;

/** A tree with a settable clock, and short-hands for tests. */
class TreeFixture {
    static final long ROOT = 1;
    static final Maker ANNA = new Maker(1000, 100, 0);
    static final long BYTES = 1 << 20;
    static final long NODES = 100;

    Timespec time = new Timespec(1, 0);
    final Space space = new Space(BYTES, NODES);
    final Tree tree = new Tree(space, new Owner(0, 0), 0755, () -> time.toInstant());

    static Name name(String text) {
        return Name.of(text);
    }

    RegularFile file(long directory, String name) {
        return tree.createFile(directory, name(name), 0644, ANNA);
    }

    RegularFile file(String name) {
        return file(ROOT, name);
    }

    Directory directory(long parent, String name) {
        return tree.makeDirectory(parent, name(name), 0755, ANNA);
    }

    Directory directory(String name) {
        return directory(ROOT, name);
    }

    /** Looks a name up without keeping the node: 0 if there is none. */
    long number(long directory, String name) {
        return tree.lookup(directory, name(name)).map(inode -> {
            tree.forget(inode.number(), 1);
            return inode.number();
        }).orElse(0L);
    }

    void rename(String from, String to) {
        tree.rename(ROOT, name(from), ROOT, name(to), 0);
    }

    int write(RegularFile file, long offset, String text) {
        return file.write(offset, text.length(), source(text), false, time);
    }

    static ByteSource source(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return (position, target, offset, length) -> System.arraycopy(bytes, (int) position, target, offset, length);
    }

    static String read(RegularFile file) {
        var sink = new Bytes();
        file.content().read(0, 1 << 20, sink);
        return sink.bytes.toString(UTF_8);
    }

    List<String> names(long directory) {
        List<String> names = new ArrayList<>();
        tree.list(directory, EntryTable.PARENT, (name, _, _) -> names.add(name.toString()));
        return names;
    }

    void nextSecond() {
        time = new Timespec(time.seconds() + 1, 0);
    }

    static void assertFails(Errno errno, ThrowingCallable call) {
        assertThat(failure(call)).isEqualTo(errno);
    }

    static Errno failure(ThrowingCallable call) {
        try {
            call.call();
            return Errno.OK;
        } catch (FuseException e) {
            return e.errno();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Collects the data of reads. */
    static final class Bytes implements ByteSink {
        final java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();

        @Override public void bytes(byte[] source, int offset, int length) {
            bytes.write(source, offset, length);
        }

        @Override public void zeros(int length) {
            bytes.write(new byte[length], 0, length);
        }
    }

    /** The time before the last tick. */
    final Timespec before() {
        return new Timespec(time.seconds() - 1, 0);
    }
}
