package org.hexfuse.examples.nullfs;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Create;
import org.hexfuse.server.Created;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.DirReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Unlink;
import org.hexfuse.server.Write;

/**
 * One regular file of 1 GiB under all names of the root, none of which is listed. Kernels cache neither names nor attributes, and
 * request no attributes before they read.
 */
public final class NullFileSystem implements FuseFileSystem {
    /** The size of the file, in bytes. */
    public static final long SIZE = 1L << 30;

    private static final long FILE = 2;
    private static final Attr DIRECTORY_ATTR = Attr.of(FileType.DIRECTORY, 0777).timeout(Duration.ZERO).build();
    private static final Attr FILE_ATTR = Attr.of(FileType.REGULAR, 0666).size(SIZE).timeout(Duration.ZERO).build();
    private static final Entry ENTRY = Entry.of(FILE, FILE_ATTR, Duration.ZERO);
    /** An entry that the kernel keeps until the name is removed: a LOOKUP of a missing name would not find it. */
    private static final Entry CREATED = Entry.of(FILE, FILE_ATTR, Duration.ofHours(1));
    private static final Entry ABSENT = Entry.absent(Duration.ZERO);

    private final Optional<Name> missing;
    private final Blocking blocking;

    /**
     * A filesystem of zeros.
     *
     * @param missing names that begin with it are not there unless a kernel has created them
     * @param blocking where requests run, although none blocks
     */
    public NullFileSystem(Optional<Name> missing, Blocking blocking) {
        this.missing = Objects.requireNonNull(missing);
        this.blocking = Objects.requireNonNull(blocking);
    }

    @Override public Blocking blocking() {
        return blocking;
    }

    @Override public void init(InitNegotiation negotiation) {
        negotiation.disable(InitFlag.AUTO_INVAL_DATA);
    }

    @Override public Entry lookup(Lookup op) {
        return missing.isPresent() && op.name().startsWith(missing.get()) ? ABSENT : ENTRY;
    }

    @Override public Attr getattr(GetAttr op) {
        return op.node() == ROOT ? DIRECTORY_ATTR : FILE_ATTR;
    }

    @Override public Attr setattr(SetAttr op) {
        return op.node() == ROOT ? DIRECTORY_ATTR : FILE_ATTR;
    }

    @Override public void readdir(ReadDir op, DirReply out) {
        // No name is listed, since all are there.
    }

    @Override public Created create(Create op) {
        return new Created(CREATED, Opened.stateless());
    }

    @Override public void unlink(Unlink op) {
        // The file is under all names.
    }

    @Override public void read(Read op, DataReply out) {
        out.writeZeros(Math.max(0, Math.min(out.room(), SIZE - op.offset())));
    }

    @Override public int write(Write op) {
        return op.size();
    }
}
