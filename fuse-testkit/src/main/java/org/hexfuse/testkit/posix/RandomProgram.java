package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;

/**
 * A random sequence of calls, by several users, on few names, so that most calls find a file. A seed gives the same calls on
 * every filesystem, so the results on two filesystems, and their contents, can be compared call by call.
 *
 * <p>It omits what differs between filesystems: times, sizes of directories, set-group-id where the group may not execute. It
 * needs a directory of its own, so deep that a few ".." do not leave the filesystem. Used by one thread.
 */
public final class RandomProgram implements AutoCloseable {
    private static final int CALLS = 400;
    /** The number of calls between two comparisons of all files. */
    private static final int PAUSE = 20;
    private static final int DEPTH = 6;
    private static final int MOST_OPEN = 6;
    private static final int LONGEST = 3000;
    private static final List<Credentials> USERS = List.of(Credentials.of(1001, 1001),
            Credentials.of(1002, 1002).withGroups(Set.of(1001)), Credentials.of(1003, 2000).withUmask(026));
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
    private static final List<Integer> MODES = List.of(0777, 0755, 0700, 0644, 0600, 01777, 02775, 0, 04755, 06775,
            0711,
            0666, 0664);
    private static final List<Integer> IDS = List.of(-1, 0, 1001, 1002, 1003, 2000);
    private static final List<String> ATTRIBUTES = List.of("user.a", "user.b", "trusted.a", "security.a", "user.",
            "a.b");
    private static final Instant THEN = Instant.ofEpochSecond(1000);

    private final PosixClient fs;
    private final String directory;
    private final Random random;
    private final List<PosixClient> users = new ArrayList<>();
    private final List<PosixFile> files = new ArrayList<>();

    /** A chosen call: its description and its action. */
    private record Call(String text, Supplier<Object> action) {
        static Call of(String text, Runnable action) {
            return new Call(text, () -> {
                action.run();
                return "done";
            });
        }
    }

    /** Checks that a filesystem gives the results of another one, call by call, and has the same files now and then. */
    public static void compare(PosixClient actual, PosixClient expected, long seed) {
        try (RandomProgram here = inADeepDirectory(actual, seed);
                RandomProgram there = inADeepDirectory(expected, seed)) {
            List<String> history = new ArrayList<>();
            for (int i = 1; i <= CALLS; i++) {
                String result = there.step();
                history.add(result);
                assertThat(here.step()).as(() -> String.join("\n", history)).isEqualTo(result);
                if (i % PAUSE == 0) {
                    assertThat(here.state()).as(() -> String.join("\n", history)).isEqualTo(there.state());
                }
            }
        }
    }

    private static RandomProgram inADeepDirectory(PosixClient fs, long seed) {
        String directory = "";
        for (int i = 0; i < DEPTH; i++) {
            directory += "/x";
            fs.mkdir(directory, 0755);
        }
        fs.chmod(directory, 0777);
        return new RandomProgram(fs, directory, seed);
    }

    /** A program in a directory that is writable for all, with the client of root. */
    private RandomProgram(PosixClient fs, String directory, long seed) {
        this.fs = fs;
        this.directory = directory;
        this.random = new Random(seed);
        users.add(fs);
        USERS.forEach(user -> users.add(fs.as(user)));
    }

    /** Makes one call; returns the call, its user and its result in a line. */
    private String step() {
        PosixClient user = pick(users);
        Call call = switch (random.nextInt(8)) {
            case 0, 1 -> make(user);
            case 2, 3 -> move(user);
            case 4 -> change(user);
            case 5 -> look(user);
            case 6 -> open(user);
            default -> files.isEmpty() ? attribute(user) : use(random.nextInt(files.size()));
        };
        String line = Integer.toUnsignedString(user.credentials().uid()) + " " + call.text + ": ";
        try {
            return line + call.action.get();
        } catch (FuseException e) {
            return line + e.errno();
        }
    }

    /** The content of the directory: a line for each file, with its attributes and content. */
    private List<String> state() {
        var lines = new ArrayList<String>();
        describe(directory, lines);
        return lines;
    }

    private void describe(String path, List<String> lines) {
        Stat stat = fs.lstat(path);
        String line = path + " " + describe(stat);
        switch (stat.type()) {
            case SYMLINK -> lines.add(line + " " + fs.readlink(path));
            case REGULAR -> lines.add(line + " " + content(path) + " " + attributes(path));
            case DIRECTORY -> {
                lines.add(line + " " + attributes(path));
                list(fs, path).keySet().forEach(name -> describe(path + "/" + name, lines));
            }
            default -> lines.add(line);
        }
    }

    private static String describe(Stat stat) {
        return Integer.toOctalString(stat.mode()) + " " + stat.nlink() + " " + stat.uid() + ":" + stat.gid() + " "
                + (stat.isDirectory() ? "" : stat.size()) + " " + stat.rdev();
    }

    private int content(String path) {
        byte[] bytes = new byte[2 * LONGEST];
        try (PosixFile file = fs.open(path)) {
            return Arrays.hashCode(Arrays.copyOf(bytes, file.read(bytes, 0)));
        }
    }

    private List<String> attributes(String path) {
        return fs.listxattr(path).stream().map(Object::toString).sorted().toList();
    }

    private static Map<String, String> list(PosixClient user, String path) {
        Map<String, String> entries = new TreeMap<>();
        try (PosixDirectory open = user.opendir(path)) {
            for (Optional<DirectoryEntry> next = open.next(); next.isPresent(); next = open.next()) {
                if (!next.get().name().isDotOrDotDot()) {
                    entries.put(next.get().name().toString(), next.get().type().map(FileType::name).orElse("?"));
                }
            }
        }
        return entries;
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    private String relative() {
        var path = new StringBuilder(pick(NAMES));
        while (oneIn(3)) {
            path.append('/').append(pick(NAMES));
        }
        return path + (oneIn(30) ? pick(List.of("/", "/.", "/..")) : "");
    }

    private String path() {
        return directory + "/" + relative();
    }

    private static String octal(int mode) {
        return Integer.toOctalString(mode);
    }

    private Call make(PosixClient user) {
        String path = path();
        int mode = pick(MODES);
        return switch (random.nextInt(5)) {
            case 0, 1 -> Call.of("mkdir " + path + " " + octal(mode), () -> user.mkdir(path, mode));
            case 2 -> {
                int type = oneIn(8) ? 0 : pick(List.of(FileType.values())).mode();
                int device = oneIn(2) ? 0 : 0x103;
                yield Call.of("mknod " + path + " " + octal(type | mode) + " " + device,
                        () -> user.mknod(path, type | mode, device));
            }
            case 3 -> {
                String target = oneIn(8) ? ".." : oneIn(8) ? relative() + "/" : relative();
                yield Call.of("symlink " + target + " " + path, () -> user.symlink(target, path));
            }
            // Only by root: fs.protected_hardlinks restricts others.
            default -> {
                String existing = path();
                yield Call.of("link " + existing + " " + path, () -> fs.link(existing, path));
            }
        };
    }

    private Call move(PosixClient user) {
        String path = path();
        String target = path();
        int flags = oneIn(3) ? random.nextInt(4) : 0;
        return switch (random.nextInt(5)) {
            case 0 -> Call.of("unlink " + path, () -> user.unlink(path));
            case 1 -> Call.of("rmdir " + path, () -> user.rmdir(path));
            default -> Call.of("rename " + path + " " + target + " " + flags, () -> user.rename(path, target, flags));
        };
    }

    private Call change(PosixClient user) {
        String path = path();
        return switch (random.nextInt(5)) {
            case 0 -> {
                int mode = pick(MODES);
                yield Call.of("chmod " + path + " " + octal(mode), () -> user.chmod(path, mode));
            }
            case 1 -> {
                int uid = pick(IDS);
                int gid = uid == -1 ? 0 : pick(IDS);
                yield Call.of("chown " + path + " " + uid + ":" + gid, () -> user.chown(path, uid, gid));
            }
            case 2 -> {
                int uid = pick(IDS);
                int gid = uid == -1 ? 0 : pick(IDS);
                yield Call.of("lchown " + path + " " + uid + ":" + gid, () -> user.lchown(path, uid, gid));
            }
            case 3 -> {
                int size = random.nextInt(LONGEST);
                yield Call.of("truncate " + path + " " + size, () -> user.truncate(path, size));
            }
            default -> {
                boolean now = oneIn(2);
                Timestamp time = now ? Timestamp.NOW : Timestamp.of(THEN);
                yield Call.of("utimens " + path + " " + now, () -> user.utimens(path, time, time));
            }
        };
    }

    private Call look(PosixClient user) {
        String path = path();
        int mask = random.nextInt(8);
        return switch (random.nextInt(5)) {
            case 0 -> new Call("stat " + path, () -> describe(user.stat(path)));
            case 1 -> new Call("lstat " + path, () -> describe(user.lstat(path)));
            case 2 -> Call.of("access " + path + " " + mask, () -> user.access(path, mask));
            case 3 -> new Call("readlink " + path, () -> user.readlink(path));
            default -> new Call("list " + path, () -> list(user, path));
        };
    }

    private Call attribute(PosixClient user) {
        String path = path();
        String name = pick(ATTRIBUTES);
        int flags = random.nextInt(3);
        return switch (random.nextInt(4)) {
            case 0 -> new Call("getxattr " + path + " " + name, () -> user.getxattr(path, name).length);
            case 1 -> Call.of("removexattr " + path + " " + name, () -> user.removexattr(path, name));
            case 2 -> Call.of("lsetxattr " + path + " " + name + " " + flags,
                    () -> user.lsetxattr(path, name, new byte[flags], flags));
            default -> Call.of("setxattr " + path + " " + name + " " + flags,
                    () -> user.setxattr(path, name, new byte[flags], flags));
        };
    }

    private Call open(PosixClient user) {
        String path = path();
        int mode = pick(MODES);
        boolean unnamed = oneIn(6);
        Set<OpenFlag> flags = EnumSet.noneOf(OpenFlag.class);
        for (OpenFlag flag : List.of(OpenFlag.READ, OpenFlag.WRITE, OpenFlag.APPEND, OpenFlag.CREATE,
                OpenFlag.EXCLUSIVE,
                OpenFlag.TRUNCATE)) {
            if (oneIn(flag == OpenFlag.CREATE ? 2 : 3)) {
                flags.add(flag);
            }
        }
        if (!flags.contains(OpenFlag.CREATE) && oneIn(4)) {
            flags.add(pick(List.of(OpenFlag.DIRECTORY, OpenFlag.NO_FOLLOW, OpenFlag.NO_ATIME)));
        }
        return unnamed
                ? new Call("open unnamed " + path + " " + octal(mode), () -> kept(user.tmpfile(path, mode)))
                : new Call("open " + path + " " + octal(mode) + " " + flags, () -> isSpecial(path)
                        ? "special"
                        : kept(user.open(path, mode, flags.toArray(OpenFlag[]::new))));
    }

    /** The kernel, not the filesystem, opens FIFOs and devices. */
    private boolean isSpecial(String path) {
        try {
            Stat stat = fs.stat(path);
            return !stat.isRegular() && !stat.isDirectory();
        } catch (FuseException _) {
            return false;
        }
    }

    private String kept(PosixFile file) {
        files.add(file);
        if (files.size() > MOST_OPEN) {
            files.removeFirst().close();
        }
        return describe(file.stat());
    }

    private Call use(int number) {
        PosixFile file = files.get(number);
        PosixFile other = pick(files);
        int offset = random.nextInt(LONGEST);
        byte[] bytes = new byte[random.nextInt(LONGEST)];
        String text = " " + number + " at " + offset + " of " + bytes.length;
        return switch (random.nextInt(8)) {
            case 0 -> new Call("read" + text, () -> file.read(bytes, offset) + " " + Arrays.hashCode(bytes));
            case 1, 2 -> {
                Arrays.fill(bytes, (byte) offset);
                yield new Call("write" + text, () -> file.write(bytes, offset) + " " + describe(file.stat()));
            }
            case 3 -> Call.of("truncate" + text, () -> file.truncate(offset));
            case 4 -> Call.of("allocate" + text, () -> file.fallocate(bytes.length % 4, offset, bytes.length));
            case 5 -> new Call("copy" + text, () -> file.copyFileRange(other, offset, bytes.length, bytes.length));
            case 6 -> {
                String path = path();
                yield Call.of("link" + text + " " + path, () -> fs.link(file, path));
            }
            default -> {
                files.remove(file);
                yield Call.of("close" + text, file::close);
            }
        };
    }

    /** Closes all open files. */
    @Override public void close() {
        files.forEach(PosixFile::close);
        files.clear();
    }
}
