package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.hexfuse.abi.Dirent;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.ReadIn;
import org.hexfuse.vfs.StandInServer.Node;
import org.hexfuse.vfs.cache.CacheClock;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.notify.NotificationHandler;
import org.hexfuse.vfs.notify.PollTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listings of directories that are open with FOPEN_CACHE_DIR. */
@Timeout(60) class ListingCacheTest {
    private static final int FILES = 1000;
    private static final CacheLimits LIMITS = new CacheLimits(10_000, 100, 10_000, 0, 1 << 20);

    private final StandInServer server = new StandInServer();
    private final DentryCache dentries = new DentryCache(LIMITS, CacheClock.SYSTEM);
    private final NotificationHandler notifications = new NotificationHandler(dentries, new PollTable());
    private final Vfs vfs = Vfs.mount(server, dentries, new PollTable(), VfsOptions.DEFAULT);
    private final Node d = server.directory(server.root, "d");

    @BeforeEach void serve() {
        server.entrySeconds = 60;
        server.attributeSeconds = 60;
        server.directoryFlags = Flag.of(OpenOutFlag.CACHE_DIR, OpenOutFlag.KEEP_CACHE);
        for (int i = 0; i < FILES; i++) {
            server.file(d, "f" + i);
        }
        ListedServer.install(server);
        server.answers.put(Opcode.MKNOD, request -> server.entry(request,
                server.file(server.node(request), StandInServer.name(request))));
        server.answers.put(Opcode.UNLINK, request -> {
            server.node(request).children.remove(StandInServer.name(request));
            return 0;
        });
    }

    private long readdirs() {
        return server.count(Opcode.READDIR) + server.count(Opcode.READDIRPLUS);
    }

    private List<String> list() {
        return vfs.list("/d").stream().map(entry -> entry.name().toString()).toList();
    }

    private void assertListed() {
        assertThat(list()).isEqualTo(List.copyOf(d.children.keySet()));
    }

    private void assertCached() {
        long before = readdirs();
        assertListed();
        assertThat(readdirs()).isEqualTo(before);
    }

    private void assertNotCached() {
        long before = readdirs();
        assertListed();
        assertThat(readdirs()).isGreaterThan(before);
    }

    @Test void aDirectoryIsReadOnce() {
        assertNotCached();
        assertCached();
        assertThat(vfs.list("/d").getFirst().type()).contains(FileType.REGULAR);
    }

    @Test void withoutCacheDirItIsReadEachTime() {
        server.directoryFlags = OpenOutFlag.KEEP_CACHE.mask();
        assertNotCached();
        assertNotCached();
    }

    @Test void withoutKeepCacheAnOpenDropsIt() {
        assertNotCached();
        server.directoryFlags = OpenOutFlag.CACHE_DIR.mask();
        assertNotCached();
        try (OpenDirectory directory = vfs.opendir("/d")) {
            IntStream.rangeClosed(0, FILES).forEach(_ -> directory.next());
            long before = readdirs();
            directory.seek(0);
            IntStream.rangeClosed(0, FILES).forEach(_ -> directory.next());
            assertThat(readdirs()).isEqualTo(before);
        }
    }

    @Test void aServerWithoutOpendirHasItsListingsCached() {
        server.fail(Opcode.OPENDIR, Errno.ENOSYS);
        assertNotCached();
        assertCached();
        assertThat(server.count(Opcode.OPENDIR)).isEqualTo(1);
        assertThat(server.count(Opcode.RELEASEDIR)).isZero();
    }

    @Test void aNameThatIsMadeOrRemovedHereDropsIt() {
        assertNotCached();
        vfs.mknod("/d/new", 0644, 0);
        assertNotCached();
        assertCached();
        vfs.unlink("/d/f7");
        assertNotCached();
    }

    @Test void aNameThatIsMadeWhileTheDirectoryIsReadKeepsTheListingOut() {
        server.answers.put(Opcode.READDIR, request -> {
            ListedServer.install(server);
            vfs.mknod("/d/new", 0644, 0);
            return server.answers.get(Opcode.READDIR).to(request);
        });
        assertNotCached();
        assertNotCached();
        assertCached();
    }

    @Test void anotherMtimeDropsItWithAutoInvalData() {
        server.flags |= InitFlag.AUTO_INVAL_DATA.mask();
        server.attributeSeconds = 0;
        assertNotCached();
        assertCached();
        server.file(d, "new");
        d.mtime = 77;
        assertNotCached();
        assertCached();
    }

    @Test void withoutAutoInvalDataAnMtimeThatIsReceivedDropsIt() {
        assertNotCached();
        assertCached();
        d.mtime = 77;
        notifications.invalidateNode(d.number, -1, 0);
        assertThat(vfs.stat("/d").mtime().seconds()).isEqualTo(77);
        assertNotCached();
    }

    @Test void notificationsDropIt() {
        assertNotCached();
        assertThat(notifications.invalidateNode(d.number, 0, 0)).isEqualTo(Errno.OK);
        assertNotCached();
        vfs.stat("/d/f1");
        assertThat(notifications.invalidateEntry(d.number, Name.of("f1"), false)).isEqualTo(Errno.OK);
        assertNotCached();
    }

    @Test void aListingIsReadFromAnyCookie() {
        assertNotCached();
        long before = readdirs();
        try (OpenDirectory directory = vfs.opendir("/d")) {
            directory.seek(FILES - 2);
            assertThat(directory.next()).hasValueSatisfying(entry -> assertThat(entry.name().is("f998")).isTrue());
            assertThat(directory.next()).isPresent();
            assertThat(directory.next()).isEmpty();
            directory.seek(5);
            assertThat(directory.next()).hasValueSatisfying(entry -> assertThat(entry.name().is("f5")).isTrue());
        }
        assertThat(readdirs()).isEqualTo(before);
    }

    @Test void halfADirectoryMakesNoListing() {
        try (OpenDirectory directory = vfs.opendir("/d")) {
            directory.next();
        }
        try (OpenDirectory directory = vfs.opendir("/d")) {
            directory.seek(FILES - 1);
            assertThat(directory.next()).isPresent();
            assertThat(directory.next()).isEmpty();
        }
        assertNotCached();
    }

    @Test void whoReadsKeepsAListingThatIsDropped() {
        assertNotCached();
        try (OpenDirectory directory = vfs.opendir("/d")) {
            directory.next();
            notifications.invalidateNode(d.number, 0, 0);
            IntStream.range(1, FILES).forEach(_ -> assertThat(directory.next()).isPresent());
            assertThat(directory.next()).isEmpty();
        }
    }

    @Test void listingsAreBoundedInBytes() {
        for (int i = 0; i < 100; i++) {
            Node other = server.directory(server.root, "d" + i);
            for (int f = 0; f < 100; f++) {
                server.file(other, "f" + f);
            }
        }
        IntStream.range(0, 100).forEach(i -> vfs.list("/d" + i));
        long before = readdirs();
        IntStream.range(0, 100).forEach(i -> vfs.list("/d" + i));
        // A megabyte has room for less than 10,000 entries of more than 104 bytes.
        assertThat(readdirs()).isGreaterThan(before);
    }

    @Test void aDirectoryLongerThanTheCacheIsReadEachTime() {
        IntStream.range(FILES, 12_000).forEach(i -> server.file(d, "f" + i));
        assertNotCached();
        assertNotCached();
    }

    @Test void offsetsThatDoNotAdvanceAreNotCached() {
        d.children.keySet().retainAll(List.of("f0", "f1"));
        server.answers.put(Opcode.READDIR, request -> {
            if (ReadIn.OFFSET.get(request.arguments()) != 0) {
                return 0;
            }
            int size = ListedServer.list(server, request, false);
            Dirent.OFF.set(request.reply(), Dirent.recordSize(2), 1L);
            return size;
        });
        assertNotCached();
        assertNotCached();
    }

    @Test void itIsForgottenWithItsInode() {
        assertNotCached();
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
        assertNotCached();
    }
}
