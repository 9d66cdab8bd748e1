package org.hexfuse.vfs;

import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.LinkIn;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.RenameIn;
import org.hexfuse.device.Request;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random calls and failures: each lookup that the server counted is forgotten once. */
class RandomCallsTest {
    private static final int CALLS = 4000;
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final List<Errno> ERRORS = List.of(Errno.EIO, Errno.ENOENT, Errno.ESTALE, Errno.EINTR,
            Errno.ECONNABORTED);

    private final StandInServer server = new StandInServer();
    private final List<AutoCloseable> open = new ArrayList<>();
    private SplittableRandom random;
    private Vfs vfs;
    private NotificationHandler sink;
    private boolean failing = true;

    private void mount(long seed, int cachedNames) {
        random = new SplittableRandom(seed);
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        sometimes(Opcode.LOOKUP, request -> {
            Node child = server.node(request).children.get(StandInServer.name(request));
            return server.entry(request, present(child));
        });
        sometimes(Opcode.MKDIR, request -> server.entry(request,
                server.directory(server.node(request), StandInServer.name(request))));
        sometimes(Opcode.MKNOD, request -> server.entry(request,
                server.file(server.node(request), StandInServer.name(request))));
        sometimes(Opcode.UNLINK, this::remove);
        sometimes(Opcode.RMDIR, this::remove);
        sometimes(Opcode.LINK, request -> {
            Node target = server.nodes().get(LinkIn.OLDNODEID.get(request.arguments()));
            server.node(request).children.put(StandInServer.name(request), target);
            return server.entry(request, target);
        });
        sometimes(Opcode.RENAME, this::rename);
        sometimes(Opcode.OPEN, request -> StandInServer.opened(request, 0, 7, 0));
        sometimes(Opcode.GETATTR, request -> server.attributes(request, server.node(request)));
        var dentries = new DentryCache(cachedNames, CacheClock.SYSTEM);
        var polls = new PollTable();
        sink = new NotificationHandler(dentries, polls);
        vfs = Vfs.mount(server, dentries, polls, VfsOptions.DEFAULT);
    }

    /** An answer that is an error in one of ten cases. */
    private void sometimes(Opcode opcode, StandInServer.Answer answer) {
        server.answers.put(opcode, request -> {
            if (failing && random.nextInt(10) == 0) {
                throw FuseException.of(ERRORS.get(random.nextInt(ERRORS.size())));
            }
            return answer.to(request);
        });
    }

    private static Node present(Node node) {
        if (node == null) {
            throw FuseException.of(Errno.ENOENT);
        }
        return node;
    }

    private int remove(Request request) {
        Node directory = server.node(request);
        String name = StandInServer.name(request);
        if (!present(directory.children.get(name)).children.isEmpty()) {
            throw FuseException.of(Errno.ENOTEMPTY);
        }
        directory.children.remove(name);
        return 0;
    }

    private int rename(Request request) {
        Node to = server.nodes().get(RenameIn.NEWDIR.get(request.arguments()));
        String oldName = StandInServer.name(request);
        Node moved = present(server.node(request).children.get(oldName));
        Node replaced = to.children.get(StandInServer.secondName(request));
        if (replaced != null && !replaced.children.isEmpty()) {
            throw FuseException.of(Errno.ENOTEMPTY);
        }
        server.node(request).children.remove(oldName);
        to.children.put(StandInServer.secondName(request), moved);
        return 0;
    }

    private String path() {
        var path = new StringBuilder();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            path.append('/').append(NAMES.get(random.nextInt(NAMES.size())));
        }
        return path.toString();
    }

    private void call() {
        switch (random.nextInt(12)) {
            case 0 -> vfs.stat(path());
            case 1, 2 -> vfs.mkdir(path());
            case 3 -> vfs.mknod(path(), 0644, 0);
            case 4 -> vfs.unlink(path());
            case 5 -> vfs.rmdir(path());
            case 6 -> vfs.rename(path(), path());
            case 7 -> vfs.link(path(), path());
            case 8 -> open.add(vfs.open(path()));
            case 9 -> close();
            case 10 -> notification();
            default -> server.renew(random.nextInt(20));
        }
    }

    private void close() {
        if (!open.isEmpty()) {
            close(open.remove(random.nextInt(open.size())));
        }
    }

    private static void close(AutoCloseable file) {
        try {
            file.close();
        } catch (FuseException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void notification() {
        long node = random.nextLong(1, 20);
        Name name = Name.of(NAMES.get(random.nextInt(NAMES.size())));
        switch (random.nextInt(5)) {
            case 0 -> sink.invalidateEntry(node, name, random.nextBoolean());
            case 1 -> sink.delete(node, random.nextLong(20), name);
            case 2 -> sink.prune(new long[]{node});
            case 3 -> sink.incrementEpoch();
            default -> sink.invalidateNode(node, 0, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 1", "3, 4", "4, 1000", "5, 1000"}) void everyLookupIsForgottenOnce(long seed,
            int cachedNames) {
        mount(seed, cachedNames);
        int succeeded = 0;
        for (int i = 0; i < CALLS; i++) {
            try {
                call();
                succeeded++;
            } catch (FuseException _) {
                // A call may fail.
            }
            assertThat(server.lookups.values()).allMatch(n -> n >= 0);
        }
        assertThat(succeeded).isGreaterThan(CALLS / 10);
        failing = false;
        open.forEach(RandomCallsTest::close);
        vfs.dropCaches();
        assertThat(vfs.knownNodes()).isEqualTo(1);
        assertThat(server.isForgotten()).isTrue();
    }
}
