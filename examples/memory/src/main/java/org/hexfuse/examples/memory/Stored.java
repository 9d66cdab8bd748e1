package org.hexfuse.examples.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.Timespec;

/** Values as a handover stores them. A length that was read is checked before memory is allocated. */
final class Stored {
    private Stored() {}

    static void bytes(byte[] bytes, DataOutput out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] bytes(DataInput in, int most) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > most) {
            throw new IOException(length + " bytes where " + most + " are possible");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    static Name name(DataInput in, int most) throws IOException {
        return Name.of(bytes(in, most));
    }

    static void time(Timespec time, DataOutput out) throws IOException {
        out.writeLong(time.seconds());
        out.writeInt(time.nanos());
    }

    static Timespec time(DataInput in) throws IOException {
        return new Timespec(in.readLong(), in.readInt());
    }
}
