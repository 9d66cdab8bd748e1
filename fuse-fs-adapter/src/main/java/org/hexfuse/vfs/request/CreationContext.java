package org.hexfuse.vfs.request;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.ExtHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.SecctxHeader;
import org.hexfuse.abi.SuppGroups;
import org.hexfuse.device.ConnectionInfo;
import org.hexfuse.device.Request;
import org.hexfuse.device.RequestPort;
import org.hexfuse.vfs.Credentials;
import org.hexfuse.vfs.cache.Inode;

/**
 * What a request carries that creates a node: the mode less the umask, and the extensions that the server asked for by INIT. Those
 * are the security contexts of the node, of which this end has none, and the group of the directory if it is a supplementary
 * group of the caller, so that a set-group-id directory can hand it down.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c}, {@code get_create_ext}.
 *
 * @param port has what was negotiated
 * @param credentials of the creator
 */
public record CreationContext(RequestPort port, Credentials credentials) {
    private static final int GROUPS_SIZE = align(ExtHeader.SIZE + SuppGroups.SIZE + Integer.BYTES);
    private static final int NO_GROUP = -1;

    private static int align(int size) {
        return (size + Protocol.EXTENSION_UNIT - 1) / Protocol.EXTENSION_UNIT * Protocol.EXTENSION_UNIT;
    }

    /** The mode to send: with DONT_MASK the server applies the umask. */
    public int masked(int mode) {
        return port.negotiated().has(InitFlag.DONT_MASK) ? mode : mode & ~credentials.umask();
    }

    /** Appends the extensions to a request whose names are in place. */
    public Request extend(Request request, Inode directory) {
        ConnectionInfo negotiated = port.negotiated();
        if (negotiated.has(InitFlag.SECURITY_CTX)) {
            request.extension(noContexts());
        }
        if (negotiated.has(InitFlag.CREATE_SUPP_GROUP)) {
            int group = directory.lastAttributes().gid();
            if (group != NO_GROUP && group != credentials.gid() && credentials.groups().contains(group)) {
                request.extension(group(group));
            }
        }
        return request;
    }

    private static MemorySegment noContexts() {
        var list = MemorySegment.ofArray(new byte[SecctxHeader.SIZE]);
        SecctxHeader.SIZE_FIELD.set(list, SecctxHeader.SIZE);
        return list;
    }

    private static MemorySegment group(int group) {
        var groups = MemorySegment.ofArray(new byte[GROUPS_SIZE]);
        ExtHeader.SIZE_FIELD.set(groups, GROUPS_SIZE);
        ExtHeader.TYPE.set(groups, Protocol.EXT_GROUPS);
        SuppGroups.NR_GROUPS.set(groups, ExtHeader.SIZE, 1);
        groups.set(JAVA_INT_UNALIGNED, ExtHeader.SIZE + SuppGroups.SIZE, group);
        return groups;
    }
}
