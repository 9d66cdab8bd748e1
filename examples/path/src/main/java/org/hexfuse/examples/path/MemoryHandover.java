package org.hexfuse.examples.path;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.examples.path.PathMemory.File;
import org.hexfuse.server.Attr;
import org.hexfuse.server.path.PathHandover;
import org.hexfuse.server.tree.FileHandle;

/** Hands over all files, those included that are open and have no path. */
final class MemoryHandover extends PathHandover {
    private final PathMemory memory;

    MemoryHandover(PathMemory memory) {
        super("path 1");
        this.memory = memory;
    }

    /** Each path, and the number of its file, which follows if it is a new one. */
    @Override protected void saveState(DataOutput out) throws IOException {
        synchronized (memory) {
            out.writeLong(memory.lastIno);
            var numbers = new IdentityHashMap<File, Integer>();
            for (var entry : memory.files.entrySet()) {
                Integer known = numbers.putIfAbsent(entry.getValue(), numbers.size());
                out.writeBoolean(true);
                out.writeUTF(entry.getKey());
                out.writeInt(known == null ? numbers.size() - 1 : known);
                if (known == null) {
                    save(entry.getValue(), out);
                }
            }
            out.writeBoolean(false);
        }
    }

    @Override protected void restoreState(DataInput in) throws IOException {
        synchronized (memory) {
            memory.lastIno = in.readLong();
            var restored = new ArrayList<File>();
            while (in.readBoolean()) {
                String path = in.readUTF();
                int number = in.readInt();
                if (number == restored.size()) {
                    restored.add(restore(in));
                }
                if (number < 0 || number >= restored.size()) {
                    throw new IOException("a file of number " + number + " of " + restored.size());
                }
                memory.files.put(path, restored.get(number));
            }
        }
    }

    @Override protected boolean saveHandle(String path, FileHandle handle, DataOutput out) throws IOException {
        if (path.isEmpty()) {
            save((File) handle, out);
        }
        return path.isEmpty();
    }

    @Override protected FileHandle restoreHandle(String path, int flags, DataInput in) throws IOException {
        return restore(in);
    }

    private static void save(File file, DataOutput out) throws IOException {
        file.attr.save(out);
        byte[] target = file.target == null ? new byte[0] : file.target.bytes();
        out.writeShort(target.length);
        out.write(target);
        for (var block : file.blocks.entrySet()) {
            out.writeBoolean(true);
            out.writeLong(block.getKey());
            out.write(block.getValue());
        }
        out.writeBoolean(false);
    }

    private static File restore(DataInput in) throws IOException {
        var file = new File(Attr.restore(in));
        if (FileType.ofMode(file.attr.mode()).isEmpty()) {
            throw new IOException("a file without a type: " + file.attr);
        }
        byte[] target = new byte[in.readUnsignedShort()];
        in.readFully(target);
        file.target = Name.of(target);
        while (in.readBoolean()) {
            if (file.blocks.size() == PathMemory.BLOCKS) {
                throw new IOException("a file does not fit into memory");
            }
            long number = in.readLong();
            byte[] block = new byte[PathMemory.BLOCK];
            in.readFully(block);
            file.blocks.put(number, block);
        }
        return file;
    }
}
