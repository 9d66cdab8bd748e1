package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.util.concurrent.atomic.AtomicLong;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.vfs.StandInServer.Node;
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a name is looked up again, and what becomes of its inode. The clock is the test's. */
@Timeout(60) class RevalidationTest {
    private static final long SECOND = 1_000_000_000;

    private final StandInServer server = new StandInServer();
    private final AtomicLong clock = new AtomicLong(1);
    private final DentryCache dentries = new DentryCache(100, new CacheClock(clock::get));
    private final NotificationHandler notifications = new NotificationHandler(dentries, new PollTable());
    private final Vfs vfs = Vfs.mount(server, dentries, new PollTable(), VfsOptions.DEFAULT);
    private final Node d = server.directory(server.root, "d");
    private final Node file = server.file(d, "f");

    @BeforeEach void serve() {
        server.entrySeconds = 10;
        server.attributeSeconds = 1000;
        vfs.stat("/d/f");
    }

    private long lookups() {
        return server.count(Opcode.LOOKUP);
    }

    /** Lookups of names that are not there are answered by negative entries. */
    private void answerNegatively() {
        server.answers.put(Opcode.LOOKUP, request -> {
            Node child = server.node(request).children.get(StandInServer.name(request));
            return child == null ? server.negative(request) : server.entry(request, child);
        });
    }

    @Test void aNameIsLookedUpAgainWhenItsEntryTimeoutHasPassedAndItsInodeStays() {
        clock.addAndGet(10 * SECOND - 1);
        vfs.stat("/d/f");
        assertThat(lookups()).isEqualTo(2);
        clock.addAndGet(1);
        vfs.stat("/d/f");
        assertThat(lookups()).isEqualTo(4);
        assertThat(server.count(Opcode.FORGET)).isZero();
        assertThat(vfs.knownNodes()).isEqualTo(3);
        assertThat(server.count(Opcode.GETATTR)).as("LOOKUP brought the attributes").isZero();
    }

    @Test void aNegativeDentryIsLookedUpAgainWhenItsTimeoutHasPassed() {
        answerNegatively();
        assertThat(vfs.exists("/d/no")).isFalse();
        long before = lookups();
        assertThat(vfs.exists("/d/no")).isFalse();
        assertThat(lookups()).isEqualTo(before);
        clock.addAndGet(10 * SECOND);
        server.file(d, "no");
        assertThat(vfs.exists("/d/no")).isTrue();
        assertThat(lookups()).isEqualTo(before + 2);
    }

    @Test void anEnoentIsNotCached() {
        assertThat(vfs.exists("/d/no")).isFalse();
        assertThat(vfs.exists("/d/no")).isFalse();
        assertThat(lookups()).isEqualTo(4);
    }

    @Test void anExpiredNameThatIsGoneIsForgotten() {
        d.children.clear();
        clock.addAndGet(10 * SECOND);
        assertFails(Errno.ENOENT, () -> vfs.stat("/d/f"));
        assertThat(server.lookups).containsEntry(file.number, 0L);
    }

    @Test void anExpiredNameOfAnotherNodeForgetsTheFormer() {
        d.children.clear();
        Node other = server.file(d, "f");
        clock.addAndGet(10 * SECOND);
        assertThat(vfs.stat("/d/f").ino()).isEqualTo(other.number);
        assertThat(server.lookups).containsEntry(file.number, 0L).containsEntry(other.number, 1L);
    }

    @Test void anExpiredNameOfAnotherTypeIsAnotherInode() {
        file.mode = FileType.DIRECTORY.mode() | 0755;
        clock.addAndGet(10 * SECOND);
        assertThat(vfs.stat("/d/f").isDirectory()).isTrue();
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void anErrorOfTheLookupReachesTheCallerAndKeepsTheDentry() {
        for (Errno errno : new Errno[]{Errno.ENOMEM, Errno.EINTR, Errno.EIO}) {
            clock.addAndGet(10 * SECOND);
            server.fail(Opcode.LOOKUP, errno);
            assertFails(errno, () -> vfs.stat("/d/f"));
        }
        server.answers.remove(Opcode.LOOKUP);
        assertThat(server.count(Opcode.FORGET)).isZero();
        assertThat(vfs.stat("/d/f").ino()).isEqualTo(file.number);
    }

    @Test void aNewEpochLooksEachNameUpOnceMore() {
        notifications.incrementEpoch();
        vfs.stat("/d/f");
        vfs.stat("/d/f");
        assertThat(lookups()).isEqualTo(4);
        notifications.incrementEpoch();
        vfs.stat("/d/f");
        assertThat(lookups()).isEqualTo(6);
        assertThat(server.count(Opcode.FORGET)).isZero();
    }

    @Test void aNewEpochInvalidatesNegativeDentriesToo() {
        answerNegatively();
        assertThat(vfs.exists("/d/no")).isFalse();
        server.file(d, "no");
        assertThat(vfs.exists("/d/no")).isFalse();
        notifications.incrementEpoch();
        assertThat(vfs.exists("/d/no")).isTrue();
    }

    @Test void exclusiveCreationAndTheTargetOfARenameAreLookedUpWhateverIsCached() {
        answerNegatively();
        assertThat(vfs.exists("/d/no")).isFalse();
        server.file(d, "no");
        long before = lookups();
        assertFails(Errno.EEXIST, () -> vfs.mkdir("/d/no"));
        assertThat(lookups()).isEqualTo(before + 1);
        assertFails(Errno.EEXIST, () -> vfs.rename("/d/f", "/d/no", 1));
        assertThat(lookups()).isEqualTo(before + 2);
    }

    @Test void aStaleNodeIsRetriedOnceWithAllNamesLookedUp() {
        // The server restarted: the former node ids are stale.
        d.children.clear();
        server.root.children.clear();
        Node newDirectory = server.directory(server.root, "d");
        Node newFile = server.file(newDirectory, "f");
        server.answers.put(Opcode.GETATTR, request -> {
            if (request.node() != newFile.number) {
                throw FuseException.of(Errno.ESTALE);
            }
            return server.attributes(request, newFile);
        });
        notifications.invalidateNode(file.number, -1, 0);
        assertThat(vfs.stat("/d/f").ino()).isEqualTo(newFile.number);
        assertThat(lookups()).isEqualTo(4);
        assertThat(server.count(Opcode.GETATTR)).isEqualTo(1);
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void aNodeThatStaysStaleIsTriedTwice() {
        server.fail(Opcode.GETATTR, Errno.ESTALE);
        server.attributeSeconds = 0;
        vfs.dropCaches();
        assertFails(Errno.ESTALE, () -> vfs.stat("/d/f"));
        assertThat(server.count(Opcode.GETATTR)).isEqualTo(2);
        assertThat(lookups()).isEqualTo(6);
    }

    @Test void aChangeIsRetriedToo() {
        server.answers.put(Opcode.UNLINK, request -> {
            server.answers.put(Opcode.UNLINK, _ -> 0);
            throw FuseException.of(Errno.ESTALE);
        });
        vfs.unlink("/d/f");
        assertThat(server.count(Opcode.UNLINK)).isEqualTo(2);
        assertThat(lookups()).isEqualTo(4);
    }
}
