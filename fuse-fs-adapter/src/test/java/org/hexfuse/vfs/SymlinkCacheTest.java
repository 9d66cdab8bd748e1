package org.hexfuse.vfs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.vfs.StandInServer.Node;
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Targets of symbolic links with CACHE_SYMLINKS. */
@Timeout(60) class SymlinkCacheTest {
    private static final CacheLimits LIMITS = new CacheLimits(10_000, 100, 10_000, 4096, 0);

    private final StandInServer server = new StandInServer();
    private final DentryCache dentries = new DentryCache(LIMITS, CacheClock.SYSTEM);
    private final NotificationHandler notifications = new NotificationHandler(dentries, new PollTable());
    private final Vfs vfs = Vfs.mount(server, dentries, new PollTable(), VfsOptions.DEFAULT);
    private final Node link = server.symlink(server.root, "link", "f");

    @BeforeEach void serve() {
        server.file(server.root, "f");
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        server.flags |= InitFlag.CACHE_SYMLINKS.mask();
    }

    private long readlinks() {
        return server.count(Opcode.READLINK);
    }

    @Test void aTargetIsReadOnceByAllThatFollowTheLink() {
        assertThat(vfs.readlink("/link")).isEqualTo("f");
        vfs.stat("/link");
        vfs.stat("/link");
        assertThat(vfs.readlink("/link")).isEqualTo("f");
        assertThat(readlinks()).isEqualTo(1);
    }

    @Test void withoutCacheSymlinksItIsReadEachTime() {
        server.flags &= ~InitFlag.CACHE_SYMLINKS.mask();
        vfs.stat("/link");
        vfs.stat("/link");
        assertThat(readlinks()).isEqualTo(2);
    }

    @Test void anInvalidationOfTheNodeDropsIt() {
        vfs.readlink("/link");
        link.target = "other";
        assertThat(notifications.invalidateNode(link.number, 0, 0)).isEqualTo(Errno.OK);
        assertThat(vfs.readlink("/link")).isEqualTo("other");
    }

    @Test void anInvalidationOfTheAttributesOnlyLeavesIt() {
        vfs.readlink("/link");
        assertThat(notifications.invalidateNode(link.number, -1, 0)).isEqualTo(Errno.OK);
        vfs.readlink("/link");
        assertThat(readlinks()).isEqualTo(1);
    }

    @Test void aReplyThatAnInvalidationOvertookIsNotCached() {
        server.answers.put(Opcode.READLINK, request -> {
            server.answers.remove(Opcode.READLINK);
            request.reply().set(JAVA_BYTE, 0, (byte) 'f');
            notifications.invalidateNode(link.number, 0, 0);
            return 1;
        });
        vfs.readlink("/link");
        link.target = "other";
        assertThat(vfs.readlink("/link")).isEqualTo("other");
    }

    @Test void itIsForgottenWithItsInode() {
        vfs.readlink("/link");
        vfs.dropCaches();
        link.target = "other";
        assertThat(vfs.readlink("/link")).isEqualTo("other");
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void targetsAreBoundedInBytesAndUsedOnesStay() {
        for (int i = 0; i < 500; i++) {
            server.symlink(server.root, "l" + i, "t".repeat(1 + i % 50));
        }
        for (int i = 0; i < 500; i++) {
            vfs.readlink("/l" + i);
            vfs.readlink("/link");
        }
        long before = readlinks();
        vfs.readlink("/link");
        assertThat(readlinks()).isEqualTo(before);
        for (int i = 0; i < 500; i++) {
            vfs.readlink("/l" + i);
        }
        // 4096 bytes hold no more than 25 targets of 160 bytes.
        assertThat(readlinks() - before).isGreaterThanOrEqualTo(475);
    }

    @Test void aTargetLongerThanTheCacheIsNotCached() {
        link.target = "x".repeat(4090);
        vfs.readlink("/link");
        vfs.readlink("/link");
        assertThat(readlinks()).isEqualTo(2);
    }
}
