package org.hexfuse.examples.remote;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.examples.remote.cache.CachedStore;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.*;

/** A directory of the store. Names are looked up there, and listed page by page. */
final class RemoteDirectory extends RemoteNode {
    RemoteDirectory(Shared shared) { super(shared, FileType.DIRECTORY); }

    private String path(Name name) { return CachedStore.path(path(), name.toString()); }

    @Override public Child lookup(Lookup op) throws IOException, InterruptedException {
        try {
            Item item = shared.store().item(path(op.name()));
            return entry(node(op.name(), item), item);
        } catch (NoSuchFileException _) {
            return Child.absent(shared.options().limits().ttl());
        }
    }

    /** The node of a name: the known one, unless the store has a file of another type there now. */
    private RemoteNode node(Name name, Item item) {
        return (RemoteNode) child(name, item.type(),
                () -> item.directory() ? new RemoteDirectory(shared) : new RemoteFile(shared));
    }

    private Child entry(RemoteNode node, Item item) {
        return node.with(node.attr(item), shared.options().limits().ttl());
    }

    @Override public Stream<Listed> readdir(ReadDir op) {
        var items = shared.store().list(path());
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(items, 0), false).onClose(items::close)
                .map(item -> Listed.of(item.name(), item.type()));
    }

    @Override public Child mkdir(MkDir op) throws IOException, InterruptedException {
        String path = path(op.name());
        shared.store().makeDirectory(path);
        Item item = shared.store().item(path);
        return entry(node(op.name(), item), item);
    }

    @Override public NewFile create(Create op) throws IOException, InterruptedException {
        String path = path(op.name());
        try {
            shared.store().create(path);
        } catch (FileAlreadyExistsException e) {
            if ((op.flags() & OpenFlags.EXCL) != 0) {
                throw e;
            }
        }
        Item item = shared.store().item(path);
        if (!(node(op.name(), item) instanceof RemoteFile file)) {
            throw FuseException.of(Errno.EISDIR);
        }
        return new NewFile(entry(file, item), file.open(op.flags(), item));
    }

    @Override public void unlink(Unlink op) throws IOException, InterruptedException {
        shared.store().remove(path(op.name()), false);
    }

    @Override public void rmdir(RmDir op) throws IOException, InterruptedException {
        shared.store().remove(path(op.name()), true);
    }

    @Override public void rename(Rename op, Node targetDirectory) throws IOException, InterruptedException {
        if ((op.flags() & ~Rename.NOREPLACE) != 0) {
            throw FuseException.of(Errno.EINVAL);
        }
        var target = (RemoteDirectory) targetDirectory;
        shared.store().rename(path(op.name()), target.path(op.targetName()), op.flags() == 0);
    }
}
