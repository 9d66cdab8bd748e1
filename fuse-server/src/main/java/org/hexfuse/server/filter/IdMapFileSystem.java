package org.hexfuse.server.filter;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.AccessControlList;
import org.hexfuse.posix.AccessControlList.Tag;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Created;
import org.hexfuse.server.Deferrable;
import org.hexfuse.server.DirPlusReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetXattr;
import org.hexfuse.server.Operation;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.SetXattr;

/**
 * Maps user and group ids between the kernel and a filesystem: those of callers, of attributes in both directions, and of POSIX access
 * control lists. An id without a counterpart is that of {@link #NOBODY}; to give a file to such an owner is answered EINVAL.
 *
 * {@snippet :
 * // All callers are user 1000, and all files are theirs, as with NFS's all_squash.
 * new IdMapFileSystem(vault, IdMap.squash(1000, 1000), IdMap.squash(1000, 1000));
 * }
 *
 * <p>With {@link FuseFileSystem#kernelChecksPermissions} the kernel checks by the ids that it is shown.
 */
public final class IdMapFileSystem extends FilterFileSystem {
    /** The id of whoever has no counterpart: Linux's overflow id. */
    public static final int NOBODY = 65534;

    private final IdMap users;
    private final IdMap groups;

    /** A view of {@code delegate}. */
    public IdMapFileSystem(FuseFileSystem delegate, IdMap users, IdMap groups) {
        super(delegate);
        this.users = users;
        this.groups = groups;
    }

    @Override protected <O extends Operation<O>> O before(O op) {
        var caller = new Caller(users.inward(op.uid()).orElse(NOBODY), groups.inward(op.gid()).orElse(NOBODY),
                op.pid());
        Integer[] supplementary = op.supplementaryGroups().stream().map(id -> groups.inward(id).orElse(NOBODY))
                .toArray(Integer[]::new);
        return op.withCaller(caller, supplementary);
    }

    @Override protected <O extends Operation<O> & Deferrable<O, R>, R> R around(O op, Call<O, R> call)
            throws IOException, InterruptedException {
        boolean list = op instanceof GetXattr get && isAccessControlList(get.name());
        return mapResult(op, call, result -> outward(result, list));
    }

    /** The type of a result stays the same. */
    @SuppressWarnings("unchecked") private <R> R outward(R result, boolean list) {
        return (R) switch (result) {
            case null -> null;
            case Attr attr -> outward(attr);
            case Entry entry -> outward(entry);
            case Created created -> new Created(outward(created.entry()), created.opened());
            case byte[] value when list -> mapped(value, users::outward, groups::outward, NOBODY);
            default -> result;
        };
    }

    private Entry outward(Entry entry) {
        return entry.node() == 0 ? entry : entry.attr(outward(entry.attr()));
    }

    private Attr outward(Attr attr) {
        return attr.toBuilder()
                .owner(users.outward(attr.uid()).orElse(NOBODY), groups.outward(attr.gid()).orElse(NOBODY)).build();
    }

    @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        SetAttr mapped = op;
        if (op.owner().isPresent()) {
            mapped = mapped.withOwner(required(users.inward(op.owner().getAsInt())));
        }
        if (op.group().isPresent()) {
            mapped = mapped.withGroup(required(groups.inward(op.group().getAsInt())));
        }
        return super.setattr(mapped);
    }

    private static int required(OptionalInt id) {
        return id.orElseThrow(() -> FuseException.of(Errno.EINVAL));
    }

    @Override public void readdirplus(ReadDir op, DirPlusReply out) throws IOException, InterruptedException {
        super.readdirplus(op, out.map(this::outward));
    }

    @Override public void setxattr(SetXattr op) throws IOException, InterruptedException {
        super.setxattr(isAccessControlList(op.name())
                ? op.withValue(op.name(), mapped(op.value(), users::inward, groups::inward, null))
                : op);
    }

    private static boolean isAccessControlList(Name name) {
        return name.equals(AccessControlList.ACCESS) || name.equals(AccessControlList.DEFAULT);
    }

    /** A list with mapped ids. Two that become the same are one entry, the first: a list names no one twice. */
    private static byte[] mapped(byte[] list, IntFunction<OptionalInt> user, IntFunction<OptionalInt> group,
            Integer missing) {
        List<AccessControlList.Entry> entries = AccessControlList.parse(list).map(AccessControlList::entries)
                .orElse(List.of());
        var named = new HashSet<AccessControlList.Entry>();
        List<AccessControlList.Entry> mapped = entries.stream().map(entry -> switch (entry.tag()) {
            case USER -> new AccessControlList.Entry(Tag.USER, entry.permissions(), id(user, entry.id(), missing));
            case GROUP -> new AccessControlList.Entry(Tag.GROUP, entry.permissions(), id(group, entry.id(), missing));
            default -> entry;
        }).filter(entry -> named.add(new AccessControlList.Entry(entry.tag(), 0, entry.id()))).toList();
        return mapped.isEmpty() ? list : AccessControlList.of(mapped).toBytes();
    }

    private static int id(IntFunction<OptionalInt> direction, int id, Integer missing) {
        OptionalInt mapped = direction.apply(id);
        return missing == null ? required(mapped) : mapped.orElse(missing);
    }
}
