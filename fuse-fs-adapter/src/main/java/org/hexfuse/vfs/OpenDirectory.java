package org.hexfuse.vfs;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.DirentPlus;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.ConnectionInfo;
import org.hexfuse.device.Request;

/**
 * A directory that is being read, "." and ".." included where the filesystem lists them. For one thread at a time.
 *
 * <p>Source: Linux {@code fs/fuse/readdir.c}.
 */
public final class OpenDirectory implements AutoCloseable {
    private static final int MOST_ROOM = 32 * 1024;
    private static final int LONGEST_NAME = 4095;

    private final Handle handle;
    private final NodeRequests calls;
    private final Deque<DirectoryEntry> batch = new ArrayDeque<>();
    private long cookie;
    private boolean atEnd;

    OpenDirectory(Handle handle, NodeRequests calls) {
        this.handle = handle;
        this.calls = calls;
    }

    /** The attributes, also of a directory that was removed. */
    public Stat stat() {
        handle.begin();
        try {
            return calls.attributes(handle.inode);
        } finally {
            handle.end();
        }
    }

    /** The next entry, or nothing at the end; ENOENT if the directory was removed. */
    public Optional<DirectoryEntry> next() {
        if (batch.isEmpty() && !atEnd) {
            fill();
        }
        DirectoryEntry entry = batch.poll();
        if (entry != null) {
            cookie = entry.cookie();
        }
        return Optional.ofNullable(entry);
    }

    /** Goes on behind the entry that had the cookie; 0 is the start. What has come since is seen. */
    public void seek(long position) {
        batch.clear();
        atEnd = false;
        cookie = position;
    }

    private void fill() {
        if (handle.inode.removed) {
            throw FuseException.of(Errno.ENOENT);
        }
        handle.begin();
        try {
            handle.superblock.turns.in(handle.inode, this::readOnce);
            handle.superblock.attributes.expire(handle.inode);
            atEnd = batch.isEmpty();
        } finally {
            handle.end();
        }
    }

    private int readOnce() {
        boolean plus = usesPlus();
        long asked = handle.superblock.attributes.version();
        int room = Math.min(MOST_ROOM, handle.superblock.port.negotiated().maxRead());
        try (Request request = handle.request(plus ? Opcode.READDIRPLUS : Opcode.READDIR).replyRoom(room)) {
            ReadIn.FH.set(request.arguments(), handle.number);
            ReadIn.OFFSET.set(request.arguments(), cookie);
            ReadIn.SIZE_FIELD.set(request.arguments(), room);
            ReadIn.FLAGS.set(request.arguments(), handle.flags);
            handle.superblock.port.call(request);
            parse(request.reply(), request.replySize(), plus, asked);
        }
        return batch.size();
    }

    /** With READDIRPLUS_AUTO entries are looked up at the start, and where somebody looks them up anyway. */
    private boolean usesPlus() {
        ConnectionInfo settled = handle.superblock.port.negotiated();
        boolean advised = handle.inode.lookedInto;
        handle.inode.lookedInto = false;
        return settled.has(InitFlag.DO_READDIRPLUS)
                && (!settled.has(InitFlag.READDIRPLUS_AUTO) || cookie == 0 || advised);
    }

    /** A part of an entry at the end of the reply is no entry. */
    private void parse(MemorySegment reply, long size, boolean plus, long asked) {
        int before = plus ? DirentPlus.DIRENT.offset() : 0;
        long at = 0;
        while (size - at >= before + Dirent.SIZE) {
            long length = Dirent.NAMELEN.getUnsigned(reply, at + before);
            if (length == 0 || length > LONGEST_NAME) {
                throw FuseException.of(Errno.EIO);
            }
            int record = plus ? DirentPlus.recordSize((int) length) : Dirent.recordSize((int) length);
            if (size - at < record) {
                return;
            }
            Name name = Name.of(reply, at + before + Dirent.SIZE, (int) length);
            checkName(name);
            batch.add(new DirectoryEntry(name, Dirent.INO.get(reply, at + before),
                    FileType.ofDtype(Dirent.TYPE.get(reply, at + before)), Dirent.OFF.get(reply, at + before)));
            if (plus) {
                enter(name, reply, at, asked);
            }
            at += record;
        }
    }

    private static void checkName(Name name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.byteAt(i) == '/' || name.byteAt(i) == 0) {
                throw FuseException.of(Errno.EIO);
            }
        }
    }

    /** Remembers what came with a name. What makes no sense is given back, and looked up when it is wanted. */
    private void enter(Name name, MemorySegment reply, long at, long asked) {
        if (name.isDotOrDotDot()) {
            return;
        }
        long node = EntryOut.NODEID.get(reply, at);
        if (node == 0) {
            return;
        }
        try {
            EntryReply entry = Replies.entry(reply, at, handle.superblock.port.negotiated().minor());
            handle.superblock.nodes.release(handle.superblock.names.entered(handle.inode, name, entry, asked));
        } catch (FuseException _) {
            handle.superblock.port.forget(node, 1);
        }
    }

    /** As {@link OpenFile#ioctl(int, long)}; ENOTTY where the server does not know ioctls of directories. */
    public int ioctl(int command, long argument) {
        return controlling(ioctl -> ioctl.call(command, argument));
    }

    /** As {@link OpenFile#ioctl(int, MemorySegment)}. */
    public int ioctl(int command, MemorySegment argument) {
        return controlling(ioctl -> ioctl.call(command, argument));
    }

    private int controlling(ToIntFunction<Ioctl> action) {
        handle.begin();
        try {
            return action.applyAsInt(new Ioctl(handle));
        } finally {
            handle.end();
        }
    }

    /** Waits until changes to the directory are safe. */
    public void sync() {
        handle.begin();
        try {
            handle.sync(false);
        } finally {
            handle.end();
        }
    }

    /** Closes the directory. Closing again does nothing. */
    @Override public void close() {
        handle.close();
    }
}
