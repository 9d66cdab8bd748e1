package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.path.OpenFile;

/**
 * An open file of a provider whose files can be read and written after their last name was removed. From then on it has the
 * attributes, which are those of the file before, as they are changed.
 */
final class NamelessHandle extends ChannelHandle implements OpenFile {
    NamelessHandle(OpenNode node, PositionedChannel channel, ChannelContents contents, Missing missing) {
        super(node, channel, contents, missing);
    }

    @Override public Attr getattr(GetAttr op) throws IOException {
        Attr last = node.last();
        if (last == null) {
            throw FuseException.of(Errno.ESTALE);
        }
        try {
            long size = channel.size();
            return size == last.size() ? last : last.toBuilder().resize(size).build();
        } catch (ClosedChannelException _) {
            // It is being released, and another handle of the file may be open.
            return last;
        }
    }

    @Override public Attr setattr(SetAttr op) throws IOException {
        if (node.last() == null) {
            throw FuseException.of(Errno.ESTALE);
        }
        if (op.size().isPresent()) {
            resize(op.size().getAsLong());
        }
        node.set(op);
        return getattr(null);
    }
}
