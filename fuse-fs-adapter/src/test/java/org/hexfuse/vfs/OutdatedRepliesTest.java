package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replies that arrive after another call has changed what they describe. */
class OutdatedRepliesTest {
    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    /** The call of another thread, once, between the server's reply and its arrival. */
    private final Map<Opcode, Runnable> meanwhile = new EnumMap<>(Opcode.class);

    @BeforeEach void fill() {
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        server.file(server.root, "f");
        server.answers.put(Opcode.LOOKUP, request -> {
            int length = lookup(request);
            overtake(Opcode.LOOKUP);
            return length;
        });
        server.answers.put(Opcode.UNLINK, request -> {
            server.root.children.remove(StandInServer.name(request));
            return 0;
        });
        server.answers.put(Opcode.MKNOD, request -> server.entry(request,
                server.file(server.root, StandInServer.name(request))));
        server.answers.put(Opcode.RENAME, _ -> {
            server.root.children.put("g", server.root.children.remove("f"));
            overtake(Opcode.RENAME);
            return 0;
        });
    }

    private int lookup(Request request) {
        Node child = server.root.children.get(StandInServer.name(request));
        if (child != null) {
            return server.entry(request, child);
        }
        request.reply().asSlice(0, EntryOut.SIZE).fill((byte) 0);
        EntryOut.ENTRY_VALID.set(request.reply(), 60L);
        return EntryOut.SIZE;
    }

    private void overtake(Opcode opcode) {
        Runnable other = meanwhile.remove(opcode);
        if (other != null) {
            other.run();
        }
    }

    @Test void aRemovedNameGetsNoDentry() {
        meanwhile.put(Opcode.LOOKUP, () -> vfs.unlink("/f"));
        vfs.stat("/f");
        assertThat(vfs.exists("/f")).isFalse();
    }

    @Test void aCreatedNameGetsNoNegativeDentry() {
        meanwhile.put(Opcode.LOOKUP, () -> vfs.mknod("/g", 0644, 0));
        assertThat(vfs.exists("/g")).isFalse();
        assertThat(vfs.exists("/g")).isTrue();
    }

    @Test void aFileCreatedUnderTheOldNameIsNotTheRenamedOne() {
        vfs.stat("/f");
        meanwhile.put(Opcode.RENAME, () -> vfs.mknod("/f", 0644, 0));
        vfs.rename("/f", "/g");
        assertThat(vfs.stat("/g").ino()).isEqualTo(server.root.children.get("g").number);
        assertThat(vfs.stat("/f").ino()).isEqualTo(server.root.children.get("f").number);
    }

    @Test void aReplyThatIsNotOutdatedIsCached() {
        vfs.mknod("/g", 0644, 0);
        long before = server.count(Opcode.LOOKUP);
        assertThat(vfs.exists("/g")).isTrue();
        assertThat(server.count(Opcode.LOOKUP)).isEqualTo(before);
    }
}
