package org.hexfuse.examples.archive;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.Name;

/** An archive that is open. */
interface Archive extends Closeable {
    /** Its members, in their order. */
    List<Member> members() throws IOException;

    /**
     * The names of a path, relative to the root of the archive. An absolute path is taken as a relative one.
     *
     * @return empty if the path leads out of the archive, or has a name that no file can have
     */
    static Optional<List<Name>> path(byte[] bytes) {
        var names = new ArrayList<Name>();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                String ascii = new String(bytes, start, i - start, StandardCharsets.ISO_8859_1);
                if ("..".equals(ascii) || ascii.length() > 255 || ascii.indexOf('\0') >= 0) {
                    return Optional.empty();
                }
                if (!ascii.isEmpty() && !".".equals(ascii)) {
                    names.add(Name.of(ascii.getBytes(StandardCharsets.ISO_8859_1)));
                }
                start = i + 1;
            }
        }
        return Optional.of(names);
    }
}
