package org.hexfuse.vfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.GetxattrIn;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.WriteIn;
import org.hexfuse.abi.WriteOut;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls whose connection is aborted, or whose caller is interrupted, before each of their requests. */
class BrokenCallsTest {
    private static final int MOST_REQUESTS = 30;

    private static final Map<String, Consumer<Vfs>> CALLS = new TreeMap<>(Map.ofEntries(
            Map.entry("stat", vfs -> vfs.stat("/d/f")),
            Map.entry("follow", vfs -> vfs.stat("/l")),
            Map.entry("list", vfs -> vfs.list("/d")),
            Map.entry("read", vfs -> vfs.readAllBytes("/d/f")),
            Map.entry("write", vfs -> vfs.writeAllBytes("/d/f", "x".getBytes(UTF_8))),
            Map.entry("create", vfs -> vfs.writeAllBytes("/d/new", "x".getBytes(UTF_8))),
            Map.entry("append", BrokenCallsTest::append),
            Map.entry("mkdir", vfs -> vfs.mkdir("/d/new")),
            Map.entry("mknod", vfs -> vfs.mknod("/d/new", 0644, 0)),
            Map.entry("link", vfs -> vfs.link("/d/f", "/new")),
            Map.entry("unlink", vfs -> vfs.unlink("/d/f")),
            Map.entry("rename", vfs -> vfs.rename("/d/f", "/new")),
            Map.entry("getxattr", vfs -> vfs.getxattr("/d/f", "user.a")),
            Map.entry("chmod", vfs -> vfs.chmod("/d/f", 0600)),
            Map.entry("truncate", vfs -> vfs.truncate("/d/f", 1)),
            Map.entry("locks", BrokenCallsTest::lock)));

    private static void append(Vfs vfs) {
        try (OpenFile file = vfs.open("/d/f", OpenFlag.APPEND)) {
            file.write(new byte[10], 0);
        }
    }

    private static void lock(Vfs vfs) {
        try (OpenFile file = vfs.open("/d/f")) {
            file.locks().set(LockRange.whole(LockType.READ));
            file.ofdLocks().set(LockRange.whole(LockType.READ));
            file.flock(LockType.READ);
        }
    }

    private static StandInServer server() {
        var server = new StandInServer();
        server.flags |= InitFlag.POSIX_LOCKS.mask() | InitFlag.FLOCK_LOCKS.mask();
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        Node directory = server.directory(server.root, "d");
        Node file = server.file(directory, "f");
        server.symlink(server.root, "l", "d/f");
        server.answers.put(Opcode.MKDIR, request -> server.entry(request, server.directory(directory, "new")));
        server.answers.put(Opcode.MKNOD, request -> server.entry(request, server.file(directory, "new")));
        server.answers.put(Opcode.LINK, request -> server.entry(request, file));
        server.answers.put(Opcode.SETATTR, request -> server.attributes(request, server.node(request)));
        server.answers.put(Opcode.GETXATTR, request -> Math.min(1, GetxattrIn.SIZE_FIELD.get(request.arguments())));
        server.answers.put(Opcode.WRITE, request -> {
            WriteOut.SIZE_FIELD.set(request.reply(), WriteIn.SIZE_FIELD.get(request.arguments()));
            return WriteOut.SIZE;
        });
        for (Opcode opcode : new Opcode[]{Opcode.UNLINK, Opcode.RENAME, Opcode.READ, Opcode.READDIR, Opcode.SETLK,
            Opcode.SETLKW}) {
            server.answers.put(opcode, _ -> 0);
        }
        return server;
    }

    /** Whether the call succeeds if the server answers no more than {@code answered} requests. */
    private static boolean succeeds(Consumer<Vfs> call, int answered, Errno errno) {
        StandInServer server = server();
        server.answered = answered;
        server.breaking = errno;
        Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
        boolean succeeded = false;
        try {
            call.accept(vfs);
            succeeded = true;
        } catch (FuseException e) {
            assertThat(e.errno()).isEqualTo(errno);
        }
        vfs.dropCaches();
        assertThat(vfs.knownNodes()).isEqualTo(1);
        assertThat(server.isForgotten()).isTrue();
        return succeeded;
    }

    @ParameterizedTest
    @EnumSource(value = Errno.class, names = {"ECONNABORTED", "ENOTCONN",
        "EINTR"}) void failWithThatErrorAndHoldNoReference(
                Errno errno) {
        CALLS.forEach((name, call) -> {
            assertThat(succeeds(call, 0, errno)).as(name).isFalse();
            int answered = 1;
            while (!succeeds(call, answered, errno)) {
                assertThat(++answered).as(name).isLessThan(MOST_REQUESTS);
            }
        });
    }

    @Test void closeReleasesFilesAfterADisconnect() {
        StandInServer server = server();
        Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
        OpenFile file = vfs.open("/d/f");
        OpenDirectory directory = vfs.opendir("/d");
        server.answered = 0;
        try {
            file.close();
        } catch (FuseException e) {
            assertThat(e.errno()).isEqualTo(Errno.ENOTCONN);
        }
        directory.close();
        file.close();
        vfs.dropCaches();
        assertThat(vfs.knownNodes()).isEqualTo(1);
        assertThat(server.count(Opcode.RELEASE)).isEqualTo(1);
        assertThat(server.count(Opcode.RELEASEDIR)).isEqualTo(1);
    }
}
