package org.hexfuse.examples.tree;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.examples.tree.TreeMemory.Directory;
import org.hexfuse.examples.tree.TreeMemory.File;
import org.hexfuse.examples.tree.TreeMemory.Inode;
import org.hexfuse.examples.tree.TreeMemory.SymbolicLink;
import org.hexfuse.server.Attr;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeHandover;

/** Hands over what the nodes have in memory: attributes, targets of links and blocks. */
final class MemoryHandover extends TreeHandover {
    private final TreeMemory fileSystem;

    MemoryHandover(TreeMemory fileSystem) {
        super(fileSystem, "tree 1");
        this.fileSystem = fileSystem;
    }

    @Override protected void saveState(DataOutput out) throws IOException {
        ((Inode) fileSystem.root()).attr.save(out);
    }

    @Override protected void restoreState(DataInput in) throws IOException {
        ((Inode) fileSystem.root()).attr = Attr.restore(in);
    }

    @Override protected boolean saveNode(Node node, DataOutput out) throws IOException {
        ((Inode) node).attr.save(out);
        if (node instanceof SymbolicLink link) {
            out.writeShort(link.target.length());
            out.write(link.target.bytes());
        } else if (node instanceof File file) {
            for (var block : file.blocks.entrySet()) {
                out.writeBoolean(true);
                out.writeLong(block.getKey());
                out.write(block.getValue());
            }
            out.writeBoolean(false);
        }
        return true;
    }

    @Override protected Node restoreNode(FileType type, DataInput in) throws IOException {
        Attr attr = Attr.restore(in);
        if (!type.is(attr.mode())) {
            throw new IOException("the attributes of a " + type + " are " + attr);
        }
        return switch (type) {
            case DIRECTORY -> new Directory(attr);
            case REGULAR -> file(attr, in);
            case SYMLINK -> {
                byte[] target = new byte[in.readUnsignedShort()];
                in.readFully(target);
                yield new SymbolicLink(attr, Name.of(target));
            }
            default -> new Inode(attr);
        };
    }

    private File file(Attr attr, DataInput in) throws IOException {
        var file = new File(attr);
        while (in.readBoolean()) {
            if (fileSystem.free.decrementAndGet() < 0) {
                throw new IOException("the files do not fit into memory");
            }
            long number = in.readLong();
            byte[] block = new byte[TreeMemory.BLOCK];
            in.readFully(block);
            file.blocks.put(number, block);
        }
        return file;
    }
}
