package org.hexfuse.examples.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.Timespec;

/**
 * A tree as a handover stores it: all nodes, open ones without a name included, and then the entries of the directories. Not for several
 * threads; the tree does not change meanwhile.
 */
final class TreeHandover {
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_TARGET = 4095;

    private final Tree tree;

    TreeHandover(Tree tree) {
        this.tree = tree;
    }

    void save(DataOutput out) throws IOException {
        List<Inode> all = tree.inodes().all();
        out.writeLong(tree.inodes().lastNumber());
        for (Inode inode : all) {
            out.writeLong(inode.number());
            out.writeInt(inode.mode());
            switch (inode) {
                case SymbolicLink link -> Stored.bytes(link.target().bytes(), out);
                case SpecialFile special -> out.writeInt(special.device());
                case Directory _,RegularFile _ -> {
                    // What they contain comes later.
                }
            }
            inode.save(out);
            if (inode instanceof RegularFile file) {
                file.content().save(out);
            }
        }
        out.writeLong(0);
        for (Inode inode : all) {
            if (inode instanceof Directory directory) {
                out.writeLong(directory.number());
                out.writeLong(directory.parent().number());
                directory.entries().save(out);
            }
        }
        out.writeLong(0);
    }

    /** Into a tree that is as it was made. */
    void restore(DataInput in) throws IOException {
        if (tree.inodes().size() != 1) {
            throw new IOException("there are files already");
        }
        try {
            long last = in.readLong();
            for (long number = in.readLong(); number != 0; number = in.readLong()) {
                restoreNode(number, in);
            }
            tree.inodes().continueAfter(last);
            for (long number = in.readLong(); number != 0; number = in.readLong()) {
                Directory directory = directory(number);
                directory.moveTo(directory(in.readLong()));
                restoreEntries(directory.entries(), in);
            }
        } catch (FuseException e) {
            throw new IOException("the files do not fit here: " + e.getMessage(), e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IOException("the files are damaged: " + e.getMessage(), e);
        }
    }

    private void restoreNode(long number, DataInput in) throws IOException {
        int mode = in.readInt();
        Inode inode = number == tree.root().number() ? tree.root() : make(number, mode, in);
        inode.restore(mode, in);
        if (inode instanceof RegularFile file) {
            file.content().restore(in);
        }
    }

    private Inode make(long number, int mode, DataInput in) throws IOException {
        FileType type = FileType.ofMode(mode).orElseThrow(() -> new IOException("a node of mode " + mode));
        Name target = type == FileType.SYMLINK ? Stored.name(in, LONGEST_TARGET) : null;
        int device = switch (type) {
            case SYMLINK, DIRECTORY, REGULAR -> 0;
            default -> in.readInt();
        };
        return tree.inodes().add(number, Inheritance.plain(mode), new Owner(0, 0), Timespec.EPOCH,
                birth -> switch (type) {
                    case SYMLINK -> new SymbolicLink(birth, target);
                    case DIRECTORY -> new Directory(birth);
                    case REGULAR -> new RegularFile(birth);
                    default -> new SpecialFile(birth, device);
                });
    }

    private Directory directory(long number) throws IOException {
        return tree.inodes().find(number).filter(Directory.class::isInstance).map(Directory.class::cast)
                .orElseThrow(() -> new IOException("node " + number + " is no directory"));
    }

    private void restoreEntries(EntryTable entries, DataInput in) throws IOException {
        entries.continueAfter(in.readLong());
        while (in.readBoolean()) {
            Name name = Stored.name(in, LONGEST_NAME);
            long cookie = in.readLong();
            long number = in.readLong();
            entries.restore(name, tree.inodes().find(number)
                    .orElseThrow(() -> new IOException("there is no node " + number)), cookie);
        }
    }
}
