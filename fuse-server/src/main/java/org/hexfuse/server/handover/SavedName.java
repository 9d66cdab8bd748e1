package org.hexfuse.server.handover;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;

/** A name, and a file type, as a handover stores them. */
public final class SavedName {
    private static final int LONGEST = 0xFFFF;

    private SavedName() {}

    /** Writes a name, of at most 64 KiB. */
    public static void write(Name name, DataOutput out) throws IOException {
        byte[] bytes = name.bytes();
        if (bytes.length > LONGEST) {
            throw new IOException("a name of " + bytes.length + " bytes");
        }
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    /** Reads a name that {@link #write} has written. */
    public static Name read(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        return Name.of(bytes);
    }

    /** Reads a file type, a byte DT_*. */
    public static FileType type(DataInput in) throws IOException {
        int type = in.readUnsignedByte();
        return FileType.ofDtype(type).orElseThrow(() -> new IOException("a file of type " + type));
    }
}
