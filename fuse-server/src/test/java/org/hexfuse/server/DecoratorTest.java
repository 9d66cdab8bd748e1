package org.hexfuse.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.device.ConnectionOptions;
import org.hexfuse.device.FuseConnection;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.device.Request;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Segments;
import org.hexfuse.transport.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decorators that rewrite operations, and that wrap or replace replies. */
class DecoratorTest {
    /** A directory with a file, which belong to whoever looks. */
    private static final class Files implements FuseFileSystem {
        final List<String> seen = new ArrayList<>();

        @Override public Entry lookup(Lookup op) {
            seen.add(op + " " + op.name());
            return Entry.of(2, Attr.of(FileType.REGULAR, 0644).owner(op.uid(), op.gid()).build());
        }

        @Override public Attr setattr(SetAttr op) {
            seen.add(op + " " + op.owner() + " " + op.group());
            return Attr.of(FileType.REGULAR, 0644).owner(op.owner().orElse(0), 0).build();
        }

        @Override public void rename(Rename op) {
            seen.add(op.name() + " " + op.targetName() + " " + op.flags());
        }

        @Override public void readdir(ReadDir op, DirReply out) {
            out.add("in-a", 2, FileType.REGULAR);
            out.add("other", 3, FileType.REGULAR);
            out.add("in-b", 4, FileType.REGULAR);
        }

        @Override public void read(Read op, DataReply out) {
            out.writeSlice("Hello, world!".getBytes(UTF_8), op.offset());
        }
    }

    /** Maps user ids, as {@code -o idmap=user} of sshfs does: of callers, of attributes to set, and of results. */
    private static final class IdMap extends FilterFileSystem {
        private final int outside;
        private final int inside;

        IdMap(FuseFileSystem delegate, int outside, int inside) {
            super(delegate);
            this.outside = outside;
            this.inside = inside;
        }

        @Override protected <O extends Operation<O>> O before(O op) {
            return op.uid() == outside ? op.withCaller(new Caller(inside, op.gid(), op.pid())) : op;
        }

        private Attr mapped(Attr attr) {
            return attr.uid() == inside ? attr.toBuilder().owner(outside, attr.gid()).build() : attr;
        }

        @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
            Entry entry = super.lookup(op);
            return entry.node() == 0 ? entry : Entry.of(entry.node(), mapped(entry.attr()));
        }

        @Override public Attr setattr(SetAttr op) throws IOException, InterruptedException {
            return mapped(
                    super.setattr(op.owner().equals(java.util.OptionalInt.of(outside)) ? op.withOwner(inside) : op));
        }
    }

    /** Shows the names of a directory that begin with a prefix, without it. */
    private static final class Prefix extends FilterFileSystem {
        private final String prefix;

        Prefix(FuseFileSystem delegate, String prefix) {
            super(delegate);
            this.prefix = prefix;
        }

        private Name prefixed(Name name) {
            return Name.of(prefix + name);
        }

        @Override public Entry lookup(Lookup op) throws IOException, InterruptedException {
            return super.lookup(op.withName(prefixed(op.name())));
        }

        @Override public void rename(Rename op) throws IOException, InterruptedException {
            super.rename(op.withName(prefixed(op.name())).withTarget(op.targetDirectory(), prefixed(op.targetName())));
        }

        @Override public void readdir(ReadDir op, DirReply out) throws IOException, InterruptedException {
            var all = new Listing();
            super.readdir(op.withRange(0, Integer.MAX_VALUE), all);
            for (Listing.Item item : all.items()) {
                if (item.name().toString().startsWith(prefix)) {
                    out.add(item.name().toString().substring(prefix.length()), item.ino(), item.type());
                }
            }
        }
    }

    /** Turns ASCII letters into capitals while they are written. */
    private record Capitals(DataReply out) implements DataReply {
        @Override public long room() {
            return out.room();
        }

        @Override public long written() {
            return out.written();
        }

        @Override public void write(MemorySegment source, long offset, long length) {
            long from = out.written();
            out.write(source, offset, length);
            capitalize(from, length);
        }

        @Override public void writeZeros(long length) {
            out.writeZeros(length);
        }

        @Override public Segments memory() {
            return out.memory();
        }

        @Override public void advance(long length) {
            long from = out.written();
            out.advance(length);
            capitalize(from, length);
        }

        private void capitalize(long from, long length) {
            byte[] bytes = new byte[(int) length];
            out.memory().copyTo(from, bytes, 0, bytes.length);
            out.memory().copyFrom(from,
                    MemorySegment.ofArray(new String(bytes, UTF_8).toUpperCase(java.util.Locale.ROOT)
                            .getBytes(UTF_8)),
                    0, length);
        }
    }

    private static final class CapitalFiles extends FilterFileSystem {
        CapitalFiles(FuseFileSystem delegate) {
            super(delegate);
        }

        @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
            super.read(op, new Capitals(out));
        }
    }

    /** Reads what it wraps into memory of its own, from the front, and serves it from the back. */
    private static final class Backwards extends FilterFileSystem {
        Backwards(FuseFileSystem delegate) {
            super(delegate);
        }

        @Override public void read(Read op, DataReply out) throws IOException, InterruptedException {
            byte[] all = new byte[100];
            DataReply whole = DataReply.into(all);
            super.read(op.withRange(0, all.length), whole);
            String text = new String(all, 0, (int) whole.written(), UTF_8);
            out.writeSlice(new StringBuilder(text).reverse().toString().getBytes(UTF_8), op.offset());
        }
    }

    private static String read(FuseFileSystem fileSystem, long offset, int size) throws Exception {
        byte[] bytes = new byte[size];
        DataReply out = DataReply.into(bytes);
        fileSystem.read(Read.of(2, 0, offset, size), out);
        return new String(bytes, 0, (int) out.written(), UTF_8);
    }

    @Test void userIdsAreMappedInOperationsAndResults() throws Exception {
        var files = new Files();
        var mapped = new IdMap(files, 1000, 5);
        Lookup op = Lookup.of(1, Name.of("a")).withCaller(new Caller(1000, 100, 42));
        assertThat(mapped.lookup(op).attr().uid()).isEqualTo(1000);
        assertThat(mapped.lookup(op.withCaller(new Caller(7, 8, 9))).attr().uid()).isEqualTo(7);
        assertThat(mapped.setattr(SetAttr.of(2).withOwner(1000).withGroup(3)).uid()).isEqualTo(1000);
        assertThat(files.seen).containsExactly("Lookup[node=1, uid=5, gid=100, pid=42] a",
                "Lookup[node=1, uid=7, gid=8, pid=9] a",
                "SetAttr[node=2, uid=0, gid=0, pid=0] OptionalInt[5] OptionalInt[3]");
    }

    @Test void namesArePrefixed() throws Exception {
        var files = new Files();
        var prefix = new Prefix(files, "in-");
        prefix.lookup(Lookup.of(1, Name.of("a")));
        prefix.rename(Rename.of(1, Name.of("a"), 1, Name.of("b")).withFlags(Rename.EXCHANGE));
        assertThat(files.seen).containsExactly("Lookup[node=1, uid=0, gid=0, pid=0] in-a", "in-a in-b 2");
        var listing = new Listing();
        prefix.readdir(ReadDir.of(1, 0), listing);
        assertThat(listing.names()).containsExactly("a", "b");
    }

    @Test void theReplyIsWrapped() throws Exception {
        assertThat(read(new CapitalFiles(new Files()), 7, 5)).isEqualTo("WORLD");
        assertThat(read(new CapitalFiles(new FilterFileSystem(new Files()) {
            @Override public void read(Read op, DataReply out) {
                out.memory().segment(0).setString(0, "abc");
                out.advance(3);
            }
        }), 0, 5)).isEqualTo("ABC");
    }

    @Test void theReplyIsReplaced() throws Exception {
        assertThat(read(new Backwards(new Files()), 1, 5)).isEqualTo("dlrow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void decoratorsWorkInASession(
            String address)
            throws Exception {
        var files = new Files();
        FuseFileSystem all = new CapitalFiles(new IdMap(new Prefix(files, "in-"), 1000, 5));
        var anna = new Caller(1000, 100, 42);
        try (FuseServer server = FuseServer.serve(all).at(Address.parse(address)).start();
                FuseConnection kernel = FuseConnection.mount(Transports.connect(server.address()),
                        NotificationSink.NONE, ConnectionOptions.DEFAULT)) {
            try (Request request = kernel.newRequest(Opcode.LOOKUP, 1, anna).name(Name.of("a"))) {
                kernel.call(request);
                assertThat(org.hexfuse.abi.AttrData.UID.get(request.reply(), EntryOut.ATTR.offset())).isEqualTo(1000);
            }
            try (Request request = kernel.newRequest(Opcode.READ, 2, anna).replyRoom(5)) {
                ReadIn.SIZE_FIELD.set(request.arguments(), 5);
                kernel.call(request);
                assertThat(request.reply().asSlice(0, 5).toArray(ValueLayout.JAVA_BYTE)).asString(UTF_8)
                        .isEqualTo("HELLO");
            }
        }
        assertThat(files.seen).containsExactly("Lookup[node=1, uid=5, gid=100, pid=42] in-a");
    }
}
