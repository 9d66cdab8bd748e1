package org.hexfuse.vfs.inode;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.AccessIn;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetattrFlag;
import org.hexfuse.abi.GetattrIn;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.StatxIn;
import org.hexfuse.device.Request;
import org.hexfuse.posix.StatVfs;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.posix.Timespec;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Statx;
import org.hexfuse.vfs.cache.AttributeCache;
import org.hexfuse.vfs.cache.ContentCache;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.cache.EntryReply;
import org.hexfuse.vfs.cache.Inode;
import org.hexfuse.vfs.cache.StatField;
import org.hexfuse.vfs.mount.Superblock;
import org.hexfuse.vfs.page.FilePages;
import org.hexfuse.vfs.request.ReplyDecoder;
import org.hexfuse.vfs.request.SetattrArguments;

/**
 * LOOKUP, GETATTR, STATX, SETATTR, READLINK, STATFS, ACCESS and SYNCFS for one user: sends each, checks the reply, updates the
 * caches. It checks no permissions.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c}, {@code inode.c}.
 */
public final class NodeRequests {
    /** The longest target of a symbolic link, in bytes. */
    public static final int MAX_TARGET = 4095;
    /** What a cached target takes of the heap beside its bytes. */
    private static final int HEAP_OF_TARGET = 160;

    private final Superblock superblock;
    private final DentryCache dentries;
    private final AttributeCache attributes;
    private final Caller caller;

    /** For one user, with the ids that the filesystem has for them. */
    public NodeRequests(Superblock superblock, Credentials credentials) {
        this.superblock = superblock;
        this.dentries = superblock.dentries;
        this.attributes = superblock.attributes;
        this.caller = credentials.caller();
    }

    private Request request(Opcode opcode, Inode inode) {
        return superblock.request(opcode, inode, caller);
    }

    /** LOOKUP, whatever is cached. Returns the inode with a reference for the caller; ENOENT if there is none. */
    public Inode lookup(Inode directory, Name name) {
        superblock.checkLength(name);
        directory.adviseReaddirPlus();
        return superblock.directoryLocks.locked(directory, () -> lookupLocked(directory, name));
    }

    private Inode lookupLocked(Inode directory, Name name) {
        long version = attributes.version();
        try (Request request = request(Opcode.LOOKUP, directory).name(name)) {
            superblock.port.call(request);
            EntryReply entry = superblock.entry(request, 0);
            if (entry.isNegative()) {
                dentries.enterNegative(directory, name, entry.entryTimeout(), version);
                throw FuseException.of(Errno.ENOENT);
            }
            return dentries.enter(directory, name, entry, version);
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOENT) {
                // Without an entry there is no timeout, so a negative dentry is not cached.
                dentries.invalidatePositive(directory, name);
            }
            throw e;
        }
    }

    /** The cached attributes if they are valid, else those of a GETATTR. */
    public Stat attributes(Inode inode) {
        return attributes.valid(inode).orElseGet(() -> getattr(inode));
    }

    /** The cached attributes if the fields in {@code mask} are valid, bits of {@link StatField}, else those of a GETATTR. */
    public Stat attributes(Inode inode, int mask) {
        return attributes.valid(inode, mask).orElseGet(() -> getattr(inode));
    }

    /** GETATTR, whatever is cached. */
    public Stat getattr(Inode inode) {
        return getattr(inode, _ -> {});
    }

    /** GETATTR with GETATTR_FH. */
    public Stat getattr(Inode inode, long fh) {
        return getattr(inode, arguments -> {
            GetattrIn.GETATTR_FLAGS.set(arguments, (int) GetattrFlag.FH.mask());
            GetattrIn.FH.set(arguments, fh);
        });
    }

    /** GETATTR with GETATTR_FH, unless the fields in {@code mask} are valid: Linux's {@code fuse_update_attributes}. */
    public void update(Inode inode, long fh, int mask) {
        if (!attributes.areValid(inode, mask)) {
            getattr(inode, fh);
        }
    }

    private Stat getattr(Inode inode, Consumer<MemorySegment> arguments) {
        long version = attributes.version();
        try (Request request = request(Opcode.GETATTR, inode)) {
            arguments.accept(request.arguments());
            superblock.port.call(request);
            Stat reply = attributes(inode, request);
            attributes.received(inode, reply, ReplyDecoder.attributesTimeout(request.reply()), version);
            return attributes.withLocal(inode, reply);
        }
    }

    /**
     * {@code statx(2)}: STATX if btime is wanted and not cached, GETATTR if the attributes are to be requested, else neither.
     *
     * @param mask the wanted fields: bits of {@link Statx#BASIC_STATS}, and {@link Statx#BTIME}
     */
    public Statx statx(Inode inode, Statx.Sync sync, int mask) {
        int wanted = mask & (superblock.unsupported.contains(Opcode.STATX) ? Statx.BASIC_STATS
                : Statx.BASIC_STATS | Statx.BTIME);
        if (!isRequested(inode, sync, wanted)) {
            return cachedStatx(inode, inode.lastAttributes());
        }
        if ((wanted & Statx.BTIME) == 0) {
            return cachedStatx(inode, getattr(inode));
        }
        try {
            return statx(inode);
        } catch (FuseException e) {
            if (superblock.unsupported.addIfEnosys(Opcode.STATX, e)) {
                return statx(inode, sync, mask);
            }
            throw e;
        }
    }

    private boolean isRequested(Inode inode, Statx.Sync sync, int wanted) {
        return wanted != 0 && sync != Statx.Sync.DONT_SYNC
                && (sync == Statx.Sync.FORCE_SYNC
                        || ((wanted & Statx.BTIME) != 0 && attributes.validBtime(inode).isEmpty())
                        || !attributes.areValid(inode, wanted & Statx.BASIC_STATS));
    }

    private static Statx cachedStatx(Inode inode, Stat basic) {
        Optional<Timespec> btime = inode.btime().flatMap(Function.identity());
        return new Statx(Statx.BASIC_STATS | (btime.isPresent() ? Statx.BTIME : 0), basic, btime, 0, 0);
    }

    /** STATX of all fields. They are cached if all that {@code stat(2)} shows are among them. */
    private Statx statx(Inode inode) {
        long version = attributes.version();
        try (Request request = request(Opcode.STATX, inode)) {
            StatxIn.SX_MASK.set(request.arguments(), Statx.BASIC_STATS | Statx.BTIME);
            superblock.port.call(request);
            MemorySegment reply = request.reply();
            if (!ReplyDecoder.fits(reply, inode.type())) {
                throw bad(inode);
            }
            Statx received = ReplyDecoder.statx(reply, inode.type());
            if ((received.mask() & Statx.BASIC_STATS) != Statx.BASIC_STATS) {
                return received;
            }
            attributes.received(inode, received.stat(), ReplyDecoder.statxTimeout(reply), version);
            attributes.receivedBtime(inode, received.btime());
            return new Statx(received.mask(), attributes.withLocal(inode, received.stat()), received.btime(),
                    received.attributes(), received.attributesMask());
        }
    }

    /** The attributes in a reply; EIO, and the inode becomes bad, if they are invalid or not of the inode's type. */
    private Stat attributes(Inode inode, Request request) {
        Stat reply;
        try {
            reply = ReplyDecoder.attributes(request.reply(), AttrOut.ATTR.offset(), superblock.minor());
        } catch (FuseException _) {
            throw bad(inode);
        }
        if (reply.type() != inode.type()) {
            throw bad(inode);
        }
        return reply;
    }

    private FuseException bad(Inode inode) {
        superblock.inodes.makeBad(inode);
        return FuseException.of(Errno.EIO);
    }

    /** SETATTR. A change of the size excludes writes; before one of mode, owner or times what is dirty is written out, as on Linux. */
    public void setattr(Inode inode, SetattrArguments arguments) {
        FilePages pages = superblock.inodes.pages(inode);
        if (pages != null && arguments.has(SetattrFlag.SIZE)) {
            pages.gate().enterExclusively();
            try {
                sendSetattr(inode, arguments);
                pages.truncate(inode.lastAttributes().size());
            } finally {
                pages.gate().leaveExclusively();
            }
        } else {
            if (arguments.needsWriteOut()) {
                if (pages != null) {
                    pages.gate().writeOut(pages.dirty());
                }
                superblock.writeBack.flush(inode, caller);
            }
            sendSetattr(inode, arguments);
        }
    }

    private void sendSetattr(Inode inode, SetattrArguments arguments) {
        superblock.writeBack.complete(inode, arguments);
        try (Request request = request(Opcode.SETATTR, inode)) {
            arguments.write(request.arguments());
            superblock.port.call(request);
            Stat reply = attributes(inode, request);
            UnaryOperator<Stat> change = superblock.writeBack.isLocal(inode)
                    ? local -> arguments.applyLocally(local, reply, superblock.writeBack.now())
                    : _ -> reply;
            attributes.changed(inode, change, ReplyDecoder.attributesTimeout(request.reply()));
            dentries.changed(inode);
            if (inode.isDirectory() && arguments.has(SetattrFlag.MODE)) {
                // As Linux: whether a user may search it is found out by a lookup of its name.
                dentries.expire(inode);
            }
        } catch (FuseException e) {
            if (e.errno() == Errno.EINTR) {
                // The server may have made the change.
                attributes.invalidate(inode);
            }
            throw e;
        }
    }

    /** The target of a symbolic link: with CACHE_SYMLINKS the cached one, else by READLINK. */
    public Name readlink(Inode inode) {
        if (!superblock.port.negotiated().has(InitFlag.CACHE_SYMLINKS)) {
            return requestTarget(inode);
        }
        ContentCache<Name> symlinks = superblock.inodes.symlinks();
        Optional<Name> cached = symlinks.get(inode);
        if (cached.isPresent()) {
            return cached.get();
        }
        long version = attributes.version();
        Name target = requestTarget(inode);
        symlinks.put(inode, target, HEAP_OF_TARGET + target.length(), version);
        return target;
    }

    /** READLINK. The target ends at the first NUL of the reply, as on Linux, where it is a C string. */
    private Name requestTarget(Inode inode) {
        try (Request request = request(Opcode.READLINK, inode).replyRoom(MAX_TARGET)) {
            superblock.port.call(request);
            int length = 0;
            while (length < request.replySize() && request.reply().get(JAVA_BYTE, length) != 0) {
                length++;
            }
            return Name.of(request.reply(), 0, length);
        } finally {
            superblock.accessed(inode);
        }
    }

    /** STATFS. */
    public StatVfs statfs(Inode inode) {
        try (Request request = request(Opcode.STATFS, inode)) {
            superblock.port.call(request);
            return ReplyDecoder.statfs(request.reply());
        }
    }

    /** ACCESS, with the bits of {@code access(2)}. */
    void access(Inode inode, int mask) {
        superblock.callIfSupported(Opcode.ACCESS, inode, caller,
                request -> AccessIn.MASK.set(request.arguments(), mask));
    }

    /** SYNCFS. */
    public void syncfs() {
        superblock.callIfSupported(Opcode.SYNCFS, superblock.inodes.root(), caller, _ -> {});
    }
}
