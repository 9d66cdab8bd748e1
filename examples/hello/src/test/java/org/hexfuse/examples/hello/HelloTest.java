package org.hexfuse.examples.hello;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Name;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Listing;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.junit.jupiter.api.Test;

/** The filesystem's methods, called with operations made by hand: no kernel, no transport, no session. */
class HelloTest {
    private final FuseFileSystem fileSystem = new Hello();

    private Entry lookup(String name) throws Exception {
        return fileSystem.lookup(Lookup.of(FuseFileSystem.ROOT, Name.of(name)));
    }

    private String read(long offset, int size) throws Exception {
        byte[] bytes = new byte[size];
        DataReply out = DataReply.into(bytes);
        fileSystem.read(Read.of(lookup("hello.txt").node(), 0, offset, size), out);
        return new String(bytes, 0, (int) out.written(), UTF_8);
    }

    @Test void theFileIsFoundAndNoOther() throws Exception {
        assertThat(lookup("hello.txt").node()).isPositive();
        assertThat(lookup("other.txt").node()).isZero();
    }

    @Test void theFileHasTheSizeOfItsContent() throws Exception {
        long node = lookup("hello.txt").node();
        assertThat(fileSystem.getattr(GetAttr.of(node)).size()).isEqualTo(read(0, 100).length());
    }

    @Test void theContentIsReadInSlices() throws Exception {
        assertThat(read(0, 100)).isEqualTo("Hello, world!\n");
        assertThat(read(7, 5)).isEqualTo("world");
        assertThat(read(100, 5)).isEmpty();
    }

    @Test void theDirectoryListsTheFile() throws Exception {
        var listing = new Listing();
        fileSystem.readdir(ReadDir.of(FuseFileSystem.ROOT, 0), listing);
        assertThat(listing.names()).containsExactly("hello.txt");
        var rest = new Listing(listing.items().getFirst().cookie());
        fileSystem.readdir(ReadDir.of(FuseFileSystem.ROOT, 0), rest);
        assertThat(rest.names()).isEmpty();
    }
}
