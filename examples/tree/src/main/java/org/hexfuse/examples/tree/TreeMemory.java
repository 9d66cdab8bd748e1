package org.hexfuse.examples.tree;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.*;

/** Up to a gibibyte of files in memory. The framework keeps the names; the nodes have attributes and content. */
public final class TreeMemory extends TreeFileSystem {
    static final int BLOCK = 1 << 16;
    private static final int BLOCKS = 1 << 14;
    private static final byte[] HOLE = new byte[BLOCK];
    final AtomicLong free = new AtomicLong(BLOCKS);

    public TreeMemory() {
        super(new Directory(Attr.ofNew(FileType.DIRECTORY.mode() | 0755, StatFs.of(1), Attr.directory(0)).build()));
    }

    @Override public boolean kernelChecksPermissions() { return true; }

    @Override public Set<Capability> capabilities() { return EnumSet.allOf(Capability.class); }

    @Override public Optional<Handover> handover() { return Optional.of(new MemoryHandover(this)); }

    /** A file of any type. Its monitor guards its attributes and its content. */
    static class Inode extends Node {
        Attr attr;

        Inode(Attr attr) {
            super(FileType.ofMode(attr.mode()).orElseThrow(() -> FuseException.of(Errno.EINVAL)));
            this.attr = attr;
        }

        @Override public synchronized Attr getattr(GetAttr op) { return attr.toBuilder().nlink(nlink()).build(); }

        @Override public synchronized Attr setattr(SetAttr op) {
            op.size().ifPresent(this::truncate);
            attr = op.applyTo(attr, Timespec.now());
            return attr.toBuilder().nlink(nlink()).build();
        }

        void truncate(long size) { throw FuseException.of(Errno.EINVAL); }

        synchronized void update(UnaryOperator<Attr.Builder> change) { attr = change.apply(attr.toBuilder()).build(); }

        void changed() { update(a -> a.ctime(Timespec.now())); }

        void modified() { update(a -> a.mtime(Timespec.now()).ctime(Timespec.now())); }
    }

    static final class Directory extends Inode {
        Directory(Attr attr) { super(attr); }

        @Override public boolean keepsChildren() { return true; }

        private synchronized Attr.Builder attr(int mode, Operation<?> op) { return Attr.ofNew(mode, op, attr); }

        private <C extends Inode> C added(C child) {
            modified();
            return child;
        }

        @Override public Child mkdir(MkDir op) {
            return added(new Directory(attr(FileType.DIRECTORY.mode() | op.mode(), op).build()));
        }

        @Override public Child mknod(MkNod op) {
            Attr attr = attr(op.mode(), op).rdev(op.device()).build();
            return added(FileType.REGULAR.is(attr.mode()) ? new File(attr) : new Inode(attr));
        }

        @Override public Child symlink(SymLink op) {
            Attr attr = attr(FileType.SYMLINK.mode() | 0777, op).size(op.target().length()).build();
            return added(new SymbolicLink(attr, op.target()));
        }

        @Override public NewFile create(Create op) { return NewFile.of(added(new File(attr(op.mode(), op).build()))); }

        @Override public NewFile tmpfile(TmpFile op) { return NewFile.of(new File(attr(op.mode(), op).build())); }

        @Override public void link(Link op, Node target) { added((Inode) target).changed(); }

        @Override public void unlink(Unlink op) { removed(op.name()); }

        @Override public void rmdir(RmDir op) { removed(op.name()); }

        @Override public void rename(Rename op, Node directory) {
            removed(op.name());
            ((Directory) directory).removed(op.targetName());
        }

        private void removed(Name name) {
            child(name).ifPresent(child -> ((Inode) child).changed());
            modified();
        }

        @Override public StatVfs statfs(StatFs op) {
            long left = ((TreeMemory) fileSystem()).free.get();
            return new StatVfs(BLOCK, BLOCKS, left, left, 1 << 20, 1 << 19, 255);
        }
    }

    static final class SymbolicLink extends Inode {
        final Name target;

        SymbolicLink(Attr attr, Name target) {
            super(attr);
            this.target = target;
        }

        @Override public Name readlink(ReadLink op) { return target; }
    }

    /** A regular file in blocks, of which holes have none. */
    static final class File extends Inode {
        final TreeMap<Long, byte[]> blocks = new TreeMap<>();

        File(Attr attr) { super(attr); }

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
                op.data().copyTo(done, blocks.computeIfAbsent(at / BLOCK, this::allocate), (int) (at % BLOCK), length);
            }
            update(a -> a.size(Math.max(attr.size(), start + op.size())).blocks(blocks.size() * (BLOCK / 512L)));
            modified();
            return op.size();
        }

        private byte[] allocate(long number) {
            if (((TreeMemory) fileSystem()).free.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
                throw FuseException.of(Errno.ENOSPC);
            }
            return new byte[BLOCK];
        }

        @Override synchronized void truncate(long size) {
            var gone = blocks.tailMap(Math.ceilDiv(size, (long) BLOCK));
            ((TreeMemory) fileSystem()).free.addAndGet(gone.size());
            gone.clear();
            byte[] last = blocks.get(size / BLOCK);
            if (last != null) {
                Arrays.fill(last, (int) (size % BLOCK), BLOCK, (byte) 0);
            }
        }

        @Override public void forgotten() {
            if (nlink() == 0) {
                truncate(0);
            }
        }
    }
}
