package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.device.Request;
import org.hexfuse.transport.Span;
import org.hexfuse.vfs.StandInServer.Node;
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a listener of a directory is called for. */
class DirectoryWatchTest {
    private final StandInServer server = new StandInServer();
    private final DentryCache dentries = new DentryCache(100, CacheClock.SYSTEM);
    private final PollTable polls = new PollTable();
    private final NotificationHandler sink = new NotificationHandler(dentries, polls);
    private final Vfs vfs = Vfs.mount(server, dentries, polls, VfsOptions.DEFAULT);
    private final List<String> changes = new ArrayList<>();
    private final DirectoryListener listener = new DirectoryListener() {
        @Override public void changed(Name name) {
            changes.add(name.toString());
        }

        @Override public void changed() {
            changes.add("*");
        }
    };
    private Node directory;
    private Node file;

    @BeforeEach void fill() {
        directory = server.directory(server.root, "a");
        file = server.file(directory, "f");
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        server.answers.put(Opcode.MKDIR, request -> server.entry(request,
                server.directory(server.node(request), StandInServer.name(request))));
        server.answers.put(Opcode.RENAME2, this::rename);
        server.answers.put(Opcode.RENAME, this::rename);
        server.answers.put(Opcode.RMDIR, this::remove);
        server.answers.put(Opcode.UNLINK, this::remove);
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, server.node(request)));
        server.answers.put(Opcode.WRITE, request -> {
            WriteOut.SIZE_FIELD.set(request.reply(), WriteIn.SIZE_FIELD.get(request.arguments()));
            return WriteOut.SIZE;
        });
    }

    private int rename(Request request) {
        Map<String, Node> children = server.node(request).children;
        children.put(StandInServer.secondName(request), children.remove(StandInServer.name(request)));
        return 0;
    }

    private int remove(Request request) {
        server.node(request).children.remove(StandInServer.name(request));
        return 0;
    }

    @Test void notificationsOfNamesName() {
        try (DirectoryWatch _ = vfs.watch("/a", listener)) {
            vfs.stat("/a/f");
            sink.invalidateEntry(directory.number, Name.of("f"), false);
            vfs.stat("/a/f");
            sink.invalidateEntry(directory.number, Name.of("f"), true);
            vfs.stat("/a/f");
            sink.delete(directory.number, file.number, Name.of("f"));
            assertThat(changes).containsExactly("f", "f", "f");
        }
    }

    @Test void notificationsOfNamesThatAreNotCachedName() {
        try (DirectoryWatch _ = vfs.watch("/a", listener)) {
            assertThat(sink.invalidateEntry(directory.number, Name.of("new"), false)).isEqualTo(Errno.ENOENT);
            assertThat(changes).containsExactly("new");
        }
    }

    @Test void notificationsOfNodesNameTheirCachedNames() {
        try (DirectoryWatch _ = vfs.watch("/a", listener)) {
            sink.invalidateNode(file.number, 0, 0);
            assertThat(changes).isEmpty();
            vfs.stat("/a/f");
            sink.invalidateNode(file.number, 0, 0);
            sink.store(file.number, 0, new Span().set(MemorySegment.ofArray(new byte[3]), 0, 3));
            assertThat(changes).containsExactly("f", "f");
        }
    }

    @Test void notificationsOfTheDirectoryOrOfAllNameNothing() {
        try (DirectoryWatch _ = vfs.watch("/a", listener)) {
            sink.invalidateNode(directory.number, 0, 0);
            sink.incrementEpoch();
            assertThat(changes).containsExactly("*", "*");
        }
    }

    @Test void changesThroughTheMountName() {
        try (DirectoryWatch _ = vfs.watch("/a", listener)) {
            Vfs other = vfs.as(Credentials.ROOT);
            other.mkdir("/a/d");
            other.rename("/a/d", "/a/e");
            other.rmdir("/a/e");
            assertThat(changes).containsExactly("d", "d", "e", "e");
            changes.clear();
            other.chmod("/a/f", 0600);
            try (OpenFile open = other.open("/a/f", OpenFlag.WRITE)) {
                open.write(new byte[5], 0);
            }
            other.unlink("/a/f");
            assertThat(changes).containsExactly("f", "f", "f");
        }
    }

    @Test void changesElsewhereAreNotHeard() {
        try (DirectoryWatch _ = vfs.watch("/a", listener)) {
            vfs.mkdir("/b");
            vfs.mkdir("/a/d");
            changes.clear();
            vfs.mkdir("/a/d/below");
            sink.invalidateEntry(1, Name.of("b"), false);
            assertThat(changes).isEmpty();
        }
    }

    @Test void nothingIsHeardAfterTheClose() {
        DirectoryWatch watch = vfs.watch("/a", listener);
        watch.close();
        watch.close();
        vfs.mkdir("/a/d");
        sink.invalidateNode(directory.number, 0, 0);
        assertThat(changes).isEmpty();
        vfs.dropCaches();
        assertThat(vfs.knownNodes()).isEqualTo(1);
    }

    @Test void aListenerThatFailsHarmsNoChange() {
        DirectoryListener failing = new DirectoryListener() {
            @Override public void changed(Name name) {
                throw new IllegalStateException("a test");
            }

            @Override public void changed() {
                throw new IllegalStateException("a test");
            }
        };
        try (DirectoryWatch _ = vfs.watch("/a", failing); DirectoryWatch _ = vfs.watch("/a", listener)) {
            vfs.mkdir("/a/d");
            assertThat(changes).containsExactly("d");
            assertThat(vfs.stat("/a/d").isDirectory()).isTrue();
        }
    }

    @Test void onlyADirectoryIsWatched() {
        assertFails(Errno.ENOTDIR, () -> vfs.watch("/a/f", listener));
        assertFails(Errno.ENOENT, () -> vfs.watch("/none", listener));
    }
}
