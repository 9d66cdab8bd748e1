package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.ExtHeader;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.SecctxHeader;
import org.hexfuse.abi.SuppGroups;
import org.hexfuse.device.ConnectionInfo;
import org.hexfuse.device.Request;

/**
 * What goes along with a request that makes a node, as far as the server asked for it by INIT: the security contexts of the
 * new node, of which a kernel without a security module has none, and the group of the directory if the caller is in it
 * beside its own group, so that a directory with set-group-id can give it.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c}, {@code get_create_ext}.
 */
final class CreationContext {
    private static final int GROUPS_SIZE = align(ExtHeader.SIZE + SuppGroups.SIZE + Integer.BYTES);
    private static final int NO_GROUP = -1;

    private CreationContext() {}

    private static int align(int size) {
        return (size + Protocol.EXTENSION_UNIT - 1) / Protocol.EXTENSION_UNIT * Protocol.EXTENSION_UNIT;
    }

    /** Appends it to a request whose names are there. */
    static Request add(Request request, ConnectionInfo settled, Credentials who, Inode directory) {
        if (settled.has(InitFlag.SECURITY_CTX)) {
            request.extension(noContexts());
        }
        if (settled.has(InitFlag.CREATE_SUPP_GROUP)) {
            int group = directory.attributes.gid();
            if (group != NO_GROUP && group != who.gid() && who.groups().contains(group)) {
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
