package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetattrIn;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.vfs.StandInServer.Node;

/** A {@link StandInServer} of one file, {@code /f}, with content, and a log of what is read and written of it. */
final class ContentServer {
    final StandInServer port = new StandInServer();
    final Node file = port.file(port.root, "f");
    /** Each READ and WRITE, as offset+length. */
    final List<String> reads = Collections.synchronizedList(new ArrayList<>());
    final List<String> writes = Collections.synchronizedList(new ArrayList<>());
    /** READs from here on fail. */
    long failFrom = Long.MAX_VALUE;
    private final Random random = new Random(1);
    private byte[] content = {};

    ContentServer() {
        port.answers.put(Opcode.READ, request -> {
            long offset = ReadIn.OFFSET.get(request.arguments());
            int length = ReadIn.SIZE_FIELD.get(request.arguments());
            reads.add(offset + "+" + length);
            if (offset + length > failFrom) {
                throw FuseException.of(Errno.EIO);
            }
            byte[] found = range(offset, length);
            MemorySegment.copy(found, 0, request.reply(), JAVA_BYTE, 0, found.length);
            return found.length;
        });
        port.answers.put(Opcode.WRITE, request -> {
            int offset = (int) WriteIn.OFFSET.get(request.arguments());
            int length = WriteIn.SIZE_FIELD.get(request.arguments());
            writes.add(offset + "+" + length);
            synchronized (this) {
                if (offset + length > content.length) {
                    resize(offset + length);
                }
                request.data().copyTo(0, content, offset, length);
            }
            WriteOut.SIZE_FIELD.set(request.reply(), length);
            return WriteOut.SIZE;
        });
        port.answers.put(Opcode.SETATTR, request -> {
            if (SetattrFlag.SIZE.in(SetattrIn.VALID.get(request.arguments()))) {
                resize((int) SetattrIn.SIZE_FIELD.get(request.arguments()));
            }
            return port.attributes(request, file);
        });
    }

    private synchronized void resize(int size) {
        content = Arrays.copyOf(content, size);
        file.size = size;
    }

    /** Gives the file other content of a size. */
    synchronized void fill(int size) {
        content = new byte[size];
        random.nextBytes(content);
        file.size = size;
    }

    /** Cuts the content, of which the attributes that were sent know nothing. */
    void shorten(int size) {
        resize(size);
    }

    void zero(int from, int to) {
        Arrays.fill(content, from, to, (byte) 0);
    }

    /** The content of a range, as far as the file reaches. */
    synchronized byte[] range(long offset, int length) {
        int from = (int) Math.min(offset, content.length);
        return Arrays.copyOfRange(content, from, (int) Math.min(offset + length, content.length));
    }

    long bytesRead() {
        return reads.stream().mapToLong(read -> Long.parseLong(read.substring(read.indexOf('+') + 1))).sum();
    }
}
