package org.hexfuse.examples.remote;

import java.io.IOException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.examples.remote.cache.CachedStore;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.tree.Dentry;
import org.hexfuse.server.tree.Node;

/** A file or directory of the store: the one that has the path of this node's place in the tree. */
@SuppressWarnings("ReferenceEquality") // A node is equal only to itself.
abstract class RemoteNode extends Node {
    final Shared shared;

    /** What all nodes share. */
    record Shared(CachedStore store, RemoteOptions options, Invalidations invalidations) {}

    RemoteNode(Shared shared, FileType type) {
        super(type);
        this.shared = shared;
    }

    /** The path in the store, which follows every rename; ESTALE for what was removed. */
    final String path() {
        var path = new StringBuilder();
        for (Node at = this; at != fileSystem().root(); at = at.parent()) {
            Dentry dentry = at.dentry().orElseThrow(() -> FuseException.of(Errno.ESTALE));
            path.insert(0, dentry.name()).insert(0, '/');
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    /** The attributes of what the store has, which kernels cache as long as items are cached here. */
    Attr attr(Item item) {
        return Attr.of(type(), item.directory() ? 0755 : 0644).size(item.size()).times(item.modified())
                .owner(shared.options.uid(), shared.options.gid()).timeout(shared.options.limits().ttl()).build();
    }

    /** What the store has of this node. */
    final Item item() throws IOException, InterruptedException {
        Item item = shared.store.item(path());
        if (item.type() != type()) {
            throw FuseException.of(Errno.ESTALE);
        }
        return item;
    }

    @Override public Attr getattr(GetAttr op) throws IOException, InterruptedException { return attr(item()); }

    /** The store has no owners and permissions to change, and sets times itself. */
    @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
        Attr attr = getattr(GetAttr.of(id()));
        boolean same = (op.mode().orElse(attr.mode()) & 07777) == (attr.mode() & 07777)
                && op.owner().orElse(attr.uid()) == attr.uid() && op.group().orElse(attr.gid()) == attr.gid();
        if (!same) {
            throw FuseException.of(Errno.EPERM);
        }
        return attr;
    }
}
