package org.hexfuse.examples.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Open;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadLink;
import org.hexfuse.server.Release;
import org.hexfuse.server.tree.FileHandle;
import org.hexfuse.server.tree.Node;

/** A file or directory of an archive. */
final class MemberNode extends Node {
    private final long ino;
    /** The member that counts; of a directory it may come after its children. */
    private volatile Member member;

    MemberNode(long ino, Member member) {
        super(member.type());
        this.ino = ino;
        this.member = member;
    }

    void member(Member later) {
        member = later;
    }

    @Override public boolean keepsChildren() {
        return type() == FileType.DIRECTORY;
    }

    @Override public long ino() {
        return ino;
    }

    @Override public Attr getattr(GetAttr op) {
        Member now = member;
        long size = now.target() == null ? now.size() : now.target().length();
        return Attr.of(type(), now.permissions()).ino(ino).size(size).nlink(nlink()).owner(now.uid(), now.gid())
                .rdev(now.device()).times(now.modified()).build();
    }

    @Override public Name readlink(ReadLink op) {
        return member.target();
    }

    @Override public FileHandle open(Open op) throws IOException {
        return new OpenMember(member.content().open(), member.size());
    }

    /** The data never changes, so that the kernel keeps what it has cached. */
    private record OpenMember(Content content, long size) implements FileHandle {
        @Override public Set<OpenOutFlag> openFlags() {
            return Set.of(OpenOutFlag.KEEP_CACHE);
        }

        @Override public void read(Read op, DataReply out) throws IOException {
            int length = Math.clamp(size - op.offset(), 0, op.size());
            ByteBuffer data = ByteBuffer.allocate(length);
            if (length > 0) {
                content.read(op.offset(), data, op::interrupted);
            }
            out.write(data.flip());
        }

        @Override public void release(Release op) throws IOException {
            content.close();
        }
    }
}
