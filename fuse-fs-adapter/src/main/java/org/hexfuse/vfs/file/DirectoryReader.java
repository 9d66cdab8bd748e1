package org.hexfuse.vfs.file;

import static org.hexfuse.vfs.request.Checks.require;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.DirentPlus;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.ConnectionInfo;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.DirectoryEntry;
import org.hexfuse.vfs.cache.EntryReply;
import org.hexfuse.vfs.inode.NodeRequests;
import org.hexfuse.vfs.mount.Superblock;

/**
 * Reads an open directory by READDIR or READDIRPLUS, one reply at a time, or from its cached listing. For one thread at a time.
 *
 * <p>Source: Linux {@code fs/fuse/readdir.c}.
 */
public final class DirectoryReader {
    /** The most bytes of a reply: the buffer of {@code readdir(3)}. */
    private static final int MAX_REPLY = 32 * 1024;
    private static final int MAX_NAME = 4095;

    private final Handle handle;
    private final Superblock superblock;
    private final NodeRequests requests;
    private final Deque<DirectoryEntry> batch = new ArrayDeque<>();
    private final ListingReader listing;
    /** The bytes of a reply. */
    private final int room;
    private long cookie;
    private boolean atEnd;
    /** The first name of the last reply if its offsets did not advance; null if they did. */
    private Name stalled;

    /** At the start. */
    public DirectoryReader(Handle handle, NodeRequests requests) {
        this(handle, requests, MAX_REPLY);
    }

    private DirectoryReader(Handle handle, NodeRequests requests, int most) {
        this.handle = handle;
        this.requests = requests;
        this.superblock = handle.superblock;
        this.listing = new ListingReader(handle);
        this.room = Math.min(most, superblock.port.negotiated().maxRead());
    }

    /** At the start; each reply may be as large as was negotiated. */
    static DirectoryReader inLargeReplies(Handle handle, NodeRequests requests) {
        return new DirectoryReader(handle, requests, Integer.MAX_VALUE);
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

    /** Continues after the entry with the cookie; 0 is the start. */
    public void seek(long position) {
        batch.clear();
        atEnd = false;
        stalled = null;
        cookie = position;
        listing.seek();
    }

    private void fill() {
        require(!handle.inode.isRemoved(), Errno.ENOENT);
        handle.begin();
        try {
            if (listing.needsMtime(cookie)) {
                requests.getattr(handle.inode);
            }
            if (!listing.read(cookie, batch)) {
                listing.begin(cookie);
                superblock.directoryLocks.locked(handle.inode, this::readOnce);
                listing.received(batch);
            }
            atEnd = batch.isEmpty();
            checkAdvance();
        } finally {
            handle.end();
        }
    }

    /**
     * EIO for a second reply in a row that starts with the same name and does not advance the offset: it would be repeated for ever. A
     * server that keeps the position itself need not advance the offset.
     */
    private void checkAdvance() {
        if (batch.isEmpty() || batch.getLast().cookie() != cookie) {
            stalled = null;
            return;
        }
        Name first = batch.getFirst().name();
        if (first.equals(stalled)) {
            batch.clear();
            throw FuseException.of(Errno.EIO, "the offsets of the directory do not advance past " + first);
        }
        stalled = first;
    }

    private int readOnce() {
        boolean plus = usesPlus();
        long version = superblock.attributes.version();
        try (Request request = handle.request(plus ? Opcode.READDIRPLUS : Opcode.READDIR).replyRoom(room)) {
            ReadIn.FH.set(request.arguments(), handle.fh);
            ReadIn.OFFSET.set(request.arguments(), cookie);
            ReadIn.SIZE_FIELD.set(request.arguments(), room);
            ReadIn.FLAGS.set(request.arguments(), handle.flags);
            superblock.port.call(request);
            parse(request, plus, version);
        } finally {
            superblock.accessed(handle.inode);
        }
        return batch.size();
    }

    /** READDIRPLUS_AUTO uses READDIRPLUS at the start, and after names in the directory were looked up. */
    private boolean usesPlus() {
        ConnectionInfo negotiated = superblock.port.negotiated();
        boolean advised = handle.inode.takeReaddirPlusAdvice();
        return negotiated.has(InitFlag.DO_READDIRPLUS)
                && (!negotiated.has(InitFlag.READDIRPLUS_AUTO) || cookie == 0 || advised);
    }

    /** A partial entry at the end of the reply is ignored. An invalid one is EIO, after the entries before it. */
    private void parse(Request request, boolean plus, long version) {
        MemorySegment reply = request.reply();
        long size = request.replySize();
        int dirent = plus ? DirentPlus.DIRENT.offset() : 0;
        long at = 0;
        while (size - at >= dirent + Dirent.SIZE) {
            long length = Dirent.NAMELEN.getUnsigned(reply, at + dirent);
            if (length == 0 || length > MAX_NAME) {
                require(!batch.isEmpty(), Errno.EIO);
                return;
            }
            int record = plus ? DirentPlus.recordSize((int) length) : Dirent.recordSize((int) length);
            if (size - at < record) {
                return;
            }
            Name name = Name.of(reply, at + dirent + Dirent.SIZE, (int) length);
            if (!isValid(name)) {
                require(!batch.isEmpty(), Errno.EIO);
                return;
            }
            batch.add(new DirectoryEntry(name, Dirent.INO.get(reply, at + dirent),
                    FileType.ofDtype(Dirent.TYPE.get(reply, at + dirent)), Dirent.OFF.get(reply, at + dirent)));
            if (plus) {
                enter(name, request, at, version);
            }
            at += record;
        }
    }

    private static boolean isValid(Name name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.byteAt(i) == '/' || name.byteAt(i) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Caches the entry of a READDIRPLUS, which counts as a lookup but for "." and "..". */
    private void enter(Name name, Request request, long at, long version) {
        if (name.isDotOrDotDot()) {
            return;
        }
        try {
            EntryReply entry = superblock.entry(request, at);
            if (!entry.isNegative()) {
                superblock.inodes.release(superblock.dentries.enter(handle.inode, name, entry, version));
            }
        } catch (FuseException _) {
            // The entry was refused and forgotten. Its name is listed, and looked up when it is used.
        }
    }
}
