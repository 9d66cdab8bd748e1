package org.hexfuse.examples.path;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.*;
import org.hexfuse.server.path.OpenFile;
import org.hexfuse.server.path.PathHandover;
import org.hexfuse.server.path.PathOperations;
import org.hexfuse.server.tree.Listed;

/** Files in memory: a sorted map of paths, which the monitor guards. A file is its own open file. */
public final class PathMemory implements PathOperations {
    static final int BLOCK = 1 << 16;
    static final int BLOCKS = 1 << 14;
    private static final byte[] HOLE = new byte[BLOCK];

    final TreeMap<String, File> files = new TreeMap<>();
    long lastIno;

    public PathMemory() {
        files.put("/", newFile(StatFs.of(1), FileType.DIRECTORY.mode() | 0755, Attr.directory(0)));
    }

    @Override public boolean kernelChecksPermissions() { return true; }

    @Override public Set<Capability> capabilities() { return EnumSet.allOf(Capability.class); }

    @Override public Optional<PathHandover> handover() { return Optional.of(new MemoryHandover(this)); }

    private File newFile(Operation<?> op, int mode, Attr directory) {
        return new File(Attr.ofNew(mode, op, directory).ino(++lastIno).build());
    }

    private synchronized File file(String path) {
        File file = files.get(path);
        if (file == null) {
            throw FuseException.of(path.length() - path.lastIndexOf('/') > 256 ? Errno.ENAMETOOLONG : Errno.ENOENT);
        }
        return file;
    }

    private File parent(String path) { return file(path.substring(0, Math.max(1, path.lastIndexOf('/')))); }

    /** What is below a directory; {@code 0} follows the slash. */
    private SortedMap<String, File> below(String path) {
        return path.equals("/") ? files.tailMap("/ ") : files.subMap(path + "/", path + "0");
    }

    /** Adds a name, or removes it. */
    private void put(String path, File file, int links) {
        boolean adds = links > 0;
        if (adds && files.putIfAbsent(path, file) != null) {
            throw FuseException.of(Errno.EEXIST);
        } else if (!adds) {
            files.remove(path);
        }
        parent(path).change(a -> a.mtime(Timespec.now()).ctime(Timespec.now()), file.isDirectory() ? links : 0);
    }

    private synchronized File make(String path, Operation<?> op, int mode) {
        File file = newFile(op, mode, parent(path).attr);
        put(path, file, 1);
        return file;
    }

    @Override public Attr getattr(String path, GetAttr op) { return file(path).getattr(op); }

    @Override public Attr setattr(String path, SetAttr op) { return file(path).setattr(op); }

    @Override public void mknod(String path, MkNod op) {
        make(path, op, op.mode()).change(a -> a.rdev(op.device()), 0);
    }

    @Override public void mkdir(String path, MkDir op) { make(path, op, FileType.DIRECTORY.mode() | op.mode()); }

    @Override public void symlink(String path, SymLink op) {
        File link = make(path, op, FileType.SYMLINK.mode() | 0777);
        link.target = op.target();
        link.change(a -> a.size(op.target().length()), 0);
    }

    @Override public Name readlink(String path, ReadLink op) { return file(path).target; }

    @Override public OpenFile create(String path, Create op) { return make(path, op, op.mode()); }

    @Override public OpenFile open(String path, Open op) { return file(path); }

    @Override public synchronized void link(String existing, String path, Link op) {
        File file = file(existing);
        put(path, file, 1);
        file.change(a -> a.ctime(Timespec.now()), 1);
    }

    @Override public synchronized void unlink(String path, Unlink op) {
        File file = file(path);
        put(path, file, -1);
        file.change(a -> a.ctime(Timespec.now()), file.isDirectory() ? -file.attr.nlink() : -1);
    }

    @Override public synchronized void rmdir(String path, RmDir op) {
        if (!below(path).isEmpty()) {
            throw FuseException.of(Errno.ENOTEMPTY);
        }
        unlink(path, null);
    }

    @Override public synchronized void rename(String from, String to, Rename op) {
        File file = file(from);
        File replaced = files.get(to);
        if (replaced != null && (op.flags() & Rename.NOREPLACE) != 0) {
            throw FuseException.of(Errno.EEXIST);
        } else if (file == replaced) {
            return;
        } else if ((op.flags() & Rename.EXCHANGE) != 0) {
            move(to, file(to), from + "\0");
            move(from, file, to);
            move(from + "\0", replaced, from);
            return;
        } else if (replaced != null && replaced.isDirectory()) {
            rmdir(to, null);
        } else if (replaced != null) {
            unlink(to, null);
        }
        move(from, file, to);
    }

    private void move(String from, File file, String to) {
        var moved = new TreeMap<>(below(from));
        below(from).clear();
        put(from, file, -1);
        put(to, file, 1);
        moved.forEach((path, each) -> files.put(to + path.substring(from.length()), each));
        file.change(a -> a.ctime(Timespec.now()), 0);
    }

    @Override public synchronized Stream<Listed> readdir(String path, ReadDir op) {
        int start = path.equals("/") ? 1 : path.length() + 1;
        return below(path).entrySet().stream().filter(entry -> entry.getKey().indexOf('/', start) < 0)
                .map(entry -> new Listed(Name.of(entry.getKey().substring(start)), entry.getValue().type(),
                        entry.getValue().attr.ino()))
                .toList().stream();
    }

    @Override public synchronized StatVfs statfs(String path, StatFs op) {
        long free = BLOCKS - files.values().stream().mapToLong(file -> file.blocks.size()).sum();
        return new StatVfs(BLOCK, BLOCKS, free, free, 1 << 20, 1 << 19, 255);
    }

    /** A file of any type; a regular one has blocks, except for holes. */
    static final class File implements OpenFile {
        final TreeMap<Long, byte[]> blocks = new TreeMap<>();
        volatile Attr attr;
        Name target;

        File(Attr attr) { this.attr = attr; }

        FileType type() { return FileType.ofMode(attr.mode()).orElseThrow(); }

        boolean isDirectory() { return type() == FileType.DIRECTORY; }

        synchronized void change(UnaryOperator<Attr.Builder> change, int links) {
            attr = change.apply(attr.toBuilder()).nlink(attr.nlink() + links).build();
        }

        @Override public Attr getattr(GetAttr op) { return attr; }

        @Override public synchronized Attr setattr(SetAttr op) {
            op.size().ifPresent(this::truncate);
            attr = op.applyTo(attr, Timespec.now());
            return attr;
        }

        @Override public synchronized void read(Read op, DataReply out) {
            long end = op.offset() + Math.min(attr.size() - op.offset(), Math.min(op.size(), out.room()));
            for (long at = op.offset(), length; at < end; at += length) {
                length = Math.min(BLOCK - at % BLOCK, end - at);
                out.write(blocks.getOrDefault(at / BLOCK, HOLE), (int) (at % BLOCK), (int) length);
            }
        }

        @Override public synchronized int write(Write op) {
            boolean appends = (op.flags() & OpenFlags.APPEND) != 0 && !op.fromCache();
            long start = appends ? attr.size() : op.offset();
            if (start > Long.MAX_VALUE - op.size()) {
                throw FuseException.of(Errno.EFBIG);
            }
            for (int done = 0, length; done < op.size(); done += length) {
                long at = start + done;
                length = (int) Math.min(BLOCK - at % BLOCK, op.size() - done);
                op.data().copyTo(done, blocks.computeIfAbsent(at / BLOCK, _ -> new byte[BLOCK]), (int) (at % BLOCK),
                        length);
            }
            change(a -> a.size(Math.max(attr.size(), start + op.size())).blocks(blocks.size() * (BLOCK / 512L))
                    .mtime(Timespec.now()).ctime(Timespec.now()), 0);
            return op.size();
        }

        private void truncate(long size) {
            blocks.tailMap(Math.ceilDiv(size, (long) BLOCK)).clear();
            byte[] last = blocks.get(size / BLOCK);
            if (last != null) {
                Arrays.fill(last, (int) (size % BLOCK), BLOCK, (byte) 0);
            }
        }
    }
}
