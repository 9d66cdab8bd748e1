package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.Write;
import org.hexfuse.server.path.OpenFile;
import org.hexfuse.transport.Segments;

/** An open member of an archive. */
final class MemberHandle implements OpenFile {
    private final Member member;
    private final MemberContents contents;

    MemberHandle(Member member, MemberContents contents) {
        this.member = member;
        this.contents = contents;
    }

    /** Nobody else changes an archive: what kernels have cached of it stays right. */
    @Override public Set<OpenOutFlag> openFlags() {
        return Set.of(OpenOutFlag.KEEP_CACHE);
    }

    @Override public void read(Read op, DataReply out) throws IOException {
        ReplyMemory.read(op, out, member::read);
    }

    @Override public int write(Write op) throws IOException {
        if (op.size() == 0) {
            return 0;
        }
        member.end.lock();
        try {
            boolean appends = (op.flags() & OpenFlags.APPEND) != 0 && !op.fromCache();
            long at = appends ? member.size() : op.offset();
            Segments data = op.data();
            for (int i = 0; i < data.count(); i++) {
                ByteBuffer source = data.segment(i).asSlice(data.offset(i), data.length(i)).asByteBuffer();
                member.write(source, at);
                at += data.length(i);
            }
        } finally {
            member.end.unlock();
        }
        return op.size();
    }

    @Override public Attr getattr(GetAttr op) throws IOException {
        Attr last = member.last();
        if (last == null) {
            throw FuseException.of(Errno.ESTALE);
        }
        return last.toBuilder().resize(member.size()).build();
    }

    @Override public Attr setattr(SetAttr op) throws IOException {
        if (member.last() == null) {
            throw FuseException.of(Errno.ESTALE);
        }
        if (op.size().isPresent()) {
            member.resize(op.size().getAsLong());
        }
        member.set(op);
        return getattr(null);
    }

    @Override public void release(Release op) throws IOException {
        contents.closed(member);
    }
}
