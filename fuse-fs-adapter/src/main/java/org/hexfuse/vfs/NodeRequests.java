package org.hexfuse.vfs;

import org.hexfuse.posix.StatVfs;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.hexfuse.abi.AccessIn;
import org.hexfuse.abi.AttrOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetattrFlag;
import org.hexfuse.abi.GetattrIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.StatxData;
import org.hexfuse.abi.StatxIn;
import org.hexfuse.abi.StatxOut;
import org.hexfuse.device.Caller;
import org.hexfuse.device.Request;

/**
 * The requests that find nodes, and that ask for or change what they are, one method each, on behalf of one user: makes them,
 * checks the answers, and keeps the caches right. Nodes that are returned are held for the caller.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c}, {@code inode.c}.
 */
final class NodeRequests {
    /** The longest text in a symbolic link, in bytes. */
    static final int LONGEST_TARGET = 4095;

    private final Superblock superblock;
    private final DentryCache names;
    private final AttributeCache attributes;
    private final Credentials credentials;
    private final Caller caller;

    NodeRequests(Superblock superblock, Credentials credentials) {
        this.superblock = superblock;
        this.names = superblock.names;
        this.attributes = superblock.attributes;
        this.credentials = credentials;
        this.caller = credentials.caller();
    }

    private Request request(Opcode opcode, Inode inode) {
        return superblock.request(opcode, inode, caller);
    }

    private int minor() {
        return superblock.port.negotiated().minor();
    }

    /** Asks the server for a name, whatever is known here. */
    Inode lookup(Inode directory, Name name) {
        superblock.checkLength(name);
        directory.lookedInto = true;
        return superblock.turns.in(directory, () -> lookupNow(directory, name));
    }

    private Inode lookupNow(Inode directory, Name name) {
        long asked = attributes.version();
        try (Request request = request(Opcode.LOOKUP, directory).name(name)) {
            superblock.port.call(request);
            EntryReply entry = Replies.entry(request.reply(), 0, minor());
            if (entry.node() == 0) {
                names.absent(directory, name, entry.entryTimeout(), asked);
                throw FuseException.of(Errno.ENOENT);
            }
            return names.entered(directory, name, entry, asked);
        } catch (FuseException e) {
            if (e.errno() == Errno.ENOENT) {
                // It says nothing of the time for which it holds, so there is nothing to remember.
                names.dropIfThere(directory, name);
            }
            throw e;
        }
    }

    Stat attributes(Inode inode) {
        return attributes.believed(inode).orElseGet(() -> getattr(inode));
    }

    Stat getattr(Inode inode) {
        return getattr(inode, _ -> {});
    }

    /** The attributes of an open file, of which the server is told which open it is. */
    Stat getattr(Handle handle) {
        return getattr(handle.inode, arguments -> {
            GetattrIn.GETATTR_FLAGS.set(arguments, (int) GetattrFlag.FH.mask());
            GetattrIn.FH.set(arguments, handle.number);
        });
    }

    private Stat getattr(Inode inode, Consumer<MemorySegment> arguments) {
        long asked = attributes.version();
        try (Request request = request(Opcode.GETATTR, inode)) {
            arguments.accept(request.arguments());
            superblock.port.call(request);
            Stat result = attributes(inode, request);
            attributes.arrived(inode, result, Replies.attributesTimeout(request.reply()), asked);
            return attributes.withOwn(inode, result);
        }
    }

    /** When a node was made, if the server says so. The attributes that come along are as good as those of GETATTR. */
    Optional<Instant> birth(Inode inode) {
        if (superblock.lacks(Opcode.STATX)) {
            return Optional.empty();
        }
        long asked = attributes.version();
        try (Request request = request(Opcode.STATX, inode)) {
            StatxIn.SX_MASK.set(request.arguments(), Replies.STATX_BASIC | Replies.STATX_BTIME);
            superblock.port.call(request);
            MemorySegment reply = request.reply();
            int told = StatxData.MASK.get(reply, StatxOut.STAT.offset());
            if (!Replies.fits(reply, inode.type)) {
                inode.bad = true;
                throw FuseException.of(Errno.EIO);
            }
            if ((told & Replies.STATX_BASIC) == Replies.STATX_BASIC) {
                attributes.arrived(inode, Replies.statx(reply), Replies.statxTimeout(reply), asked);
            }
            return (told & Replies.STATX_BTIME) == 0 ? Optional.empty() : Optional.of(Replies.birth(reply));
        } catch (FuseException e) {
            if (e.errno() != Errno.ENOSYS) {
                throw e;
            }
            superblock.isLacking(Opcode.STATX);
            return Optional.empty();
        }
    }

    private Stat attributes(Inode inode, Request request) {
        Stat result = Replies.attributes(request.reply(), AttrOut.ATTR.offset(), minor());
        if (result.type() != inode.type) {
            inode.bad = true;
            throw FuseException.of(Errno.EIO);
        }
        return result;
    }

    void setattr(Inode inode, AttributeChange change) {
        superblock.writeBack.complete(inode, change);
        if (change.has(SetattrFlag.SIZE) && superblock.dropsSetIdWhenTold() && !credentials.isRoot()) {
            // Whether there is something to take away is the server's to know.
            change.killSetId();
        }
        try (Request request = request(Opcode.SETATTR, inode)) {
            change.write(request.arguments());
            superblock.port.call(request);
            Stat told = attributes(inode, request);
            UnaryOperator<Stat> result = superblock.writeBack.owns(inode)
                    ? own -> change.own(own, told, superblock.writeBack.now())
                    : _ -> told;
            attributes.changed(inode, result, Replies.attributesTimeout(request.reply()));
        } catch (FuseException e) {
            attributes.changed(inode);
            throw e;
        }
    }

    Name readlink(Inode inode) {
        try (Request request = request(Opcode.READLINK, inode).replyRoom(LONGEST_TARGET + 1L)) {
            superblock.port.call(request);
            attributes.expire(inode);
            int length = (int) Math.min(request.replySize(), LONGEST_TARGET);
            return Name.of(request.reply(), 0, length);
        }
    }

    StatVfs statfs(Inode inode) {
        try (Request request = request(Opcode.STATFS, inode)) {
            superblock.port.call(request);
            return Replies.statfs(request.reply());
        }
    }

    /** Asks whether the user may do what {@code mask} says, in the bits of {@code access(2)}. */
    void access(Inode inode, int mask) {
        superblock.callIfKnown(Opcode.ACCESS, inode, caller, request -> AccessIn.MASK.set(request.arguments(), mask));
    }

    void syncfs() {
        superblock.callIfKnown(Opcode.SYNCFS, superblock.nodes.root(), caller, _ -> {});
    }
}
