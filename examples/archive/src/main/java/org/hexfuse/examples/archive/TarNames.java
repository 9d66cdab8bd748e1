package org.hexfuse.examples.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * The bytes of the names in a tar. In a header they are any bytes, in a record of the pax format they are UTF-8, and the library
 * gives both as text: so the tar is read in a charset that keeps each byte as one character.
 */
final class TarNames {
    static final Charset CHARSET = ISO_8859_1;

    private static final int BLOCK = 512;
    private static final int NAME_FIELD = 100;
    private static final int LINK_OFFSET = 157;

    private final FileChannel archive;

    TarNames(FileChannel archive) {
        this.archive = archive;
    }

    byte[] name(TarArchiveEntry entry) throws IOException {
        return bytes(entry, entry.getName(), 0);
    }

    byte[] linkName(TarArchiveEntry entry) throws IOException {
        return bytes(entry, entry.getLinkName(), LINK_OFFSET);
    }

    private byte[] bytes(TarArchiveEntry entry, String text, int field) throws IOException {
        if (!CHARSET.newEncoder().canEncode(text)) {
            return text.getBytes(UTF_8);
        }
        byte[] bytes = text.getBytes(CHARSET);
        return isUtf8(bytes) || isOfHeader(entry, bytes, field) ? bytes : text.getBytes(UTF_8);
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    /** Whether the last part of a name is at the end of a field of the member's header, which comes right before its data. */
    private boolean isOfHeader(TarArchiveEntry entry, byte[] name, int field) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BLOCK);
        if (entry.getDataOffset() < BLOCK || archive.read(header, entry.getDataOffset() - BLOCK) < BLOCK) {
            return false;
        }
        int length = 0;
        while (length < NAME_FIELD && header.get(field + length) != 0) {
            length++;
        }
        String stored = new String(header.array(), field, length, CHARSET);
        return length > 0 && new String(name, CHARSET).endsWith(stored);
    }
}
