package org.hexfuse.server.request;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.ExtHeader;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Protocol;
import org.hexfuse.abi.Secctx;
import org.hexfuse.abi.SuppGroups;
import org.hexfuse.server.SecurityContext;
import org.hexfuse.transport.Segments;

/**
 * The extensions that follow the names of one request. Malformed ones are answered EINVAL, those of an unknown type are skipped.
 *
 * <p>Source: Linux {@code fs/fuse/dir.c}, {@code get_create_ext}; {@code include/uapi/linux/fuse.h}.
 */
public final class Extensions {
    private final MemorySegment bytes;

    /**
     * Copies the extensions of a request.
     *
     * @param rest what follows the argument struct
     * @param units their length, in units of {@link Protocol#EXTENSION_UNIT}
     */
    public Extensions(Segments rest, int units) {
        int length = units * Protocol.EXTENSION_UNIT;
        require(length <= rest.size());
        byte[] copy = new byte[length];
        rest.copyTo(rest.size() - length, copy, 0, length);
        bytes = MemorySegment.ofArray(copy);
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw FuseException.of(Errno.EINVAL, "a request with malformed extensions");
        }
    }

    private static long align(long size) {
        return (size + Protocol.EXTENSION_UNIT - 1) / Protocol.EXTENSION_UNIT * Protocol.EXTENSION_UNIT;
    }

    /** Sees the body of each extension of some types. */
    private interface Reader {
        void read(long type, MemorySegment body);
    }

    private void each(Reader reader) {
        long at = 0;
        while (at < bytes.byteSize()) {
            require(bytes.byteSize() - at >= ExtHeader.SIZE);
            long size = ExtHeader.SIZE_FIELD.getUnsigned(bytes, at);
            require(size >= ExtHeader.SIZE && size <= bytes.byteSize() - at);
            reader.read(ExtHeader.TYPE.getUnsigned(bytes, at),
                    bytes.asSlice(at + ExtHeader.SIZE, size - ExtHeader.SIZE));
            at += align(size);
        }
    }

    /** The supplementary groups of the caller. */
    public List<Integer> groups() {
        var groups = new ArrayList<Integer>();
        each((type, body) -> {
            if (type == Protocol.EXT_GROUPS) {
                require(body.byteSize() >= SuppGroups.SIZE);
                long count = SuppGroups.NR_GROUPS.getUnsigned(body, 0);
                require(count <= (body.byteSize() - SuppGroups.SIZE) / Integer.BYTES);
                for (int i = 0; i < count; i++) {
                    groups.add(body.get(JAVA_INT_UNALIGNED, SuppGroups.SIZE + (long) i * Integer.BYTES));
                }
            }
        });
        return groups;
    }

    /** The security contexts of a new node. The type of such an extension is the number of contexts in it. */
    public List<SecurityContext> contexts() {
        var contexts = new ArrayList<SecurityContext>();
        each((type, body) -> {
            long at = 0;
            for (long left = type <= Protocol.MAX_NR_SECCTX ? type : 0; left > 0; left--) {
                require(body.byteSize() - at >= Secctx.SIZE);
                long size = Secctx.SIZE_FIELD.getUnsigned(body, at);
                long name = at + Secctx.SIZE;
                long end = endOfName(body, name);
                require(size <= body.byteSize() - end - 1);
                contexts.add(new SecurityContext(Name.of(body, name, (int) (end - name)),
                        body.asSlice(end + 1, size).toArray(JAVA_BYTE)));
                at = Math.min(align(end + 1 + size), body.byteSize());
            }
        });
        return contexts;
    }

    private static long endOfName(MemorySegment body, long from) {
        long end = from;
        while (end < body.byteSize() && body.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        require(end < body.byteSize());
        return end;
    }
}
