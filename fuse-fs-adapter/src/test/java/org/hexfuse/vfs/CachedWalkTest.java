package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Flag;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A tree of 100,000 files whose names, attributes and listings are cached is walked without a request. */
@Timeout(120) class CachedWalkTest {
    private static final int DIRECTORIES = 100;
    private static final int FILES = 1000;

    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT.withCaches(CacheLimits.ofNames(200_000)));

    @BeforeEach void serve() {
        server.entrySeconds = 3600;
        server.attributeSeconds = 3600;
        for (int d = 0; d < DIRECTORIES; d++) {
            Node directory = server.directory(server.root, "d" + d);
            for (int f = 0; f < FILES; f++) {
                server.file(directory, "f" + f);
            }
        }
        ListedServer.install(server);
        server.flags |= InitFlag.DO_READDIRPLUS.mask();
    }

    private int walk(String path) {
        int files = 0;
        for (DirectoryEntry entry : vfs.list(path)) {
            String child = path + "/" + entry.name();
            files += vfs.lstat(child).isDirectory() ? walk(child) : 1;
        }
        return files;
    }

    private void assertWalked() {
        assertThat(walk("/")).isEqualTo(DIRECTORIES * FILES);
    }

    @Test void withCachedListingsNothingIsRequested() {
        server.directoryFlags = Flag.of(OpenOutFlag.CACHE_DIR, OpenOutFlag.KEEP_CACHE);
        server.flags |= InitFlag.NO_OPENDIR_SUPPORT.mask();
        server.fail(Opcode.OPENDIR, Errno.ENOSYS);
        assertWalked();
        assertThat(server.count(Opcode.LOOKUP)).as("READDIRPLUS brings names and attributes").isZero();
        // Reading a directory made its atime invalid: that is requested once.
        assertWalked();
        int before = server.calls.size();
        assertWalked();
        assertThat(server.calls.subList(before, server.calls.size())).isEmpty();
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void withoutThemOnlyDirectoriesAreOpenedAndRead() {
        assertWalked();
        int before = server.calls.size();
        assertWalked();
        assertThat(server.calls.subList(before, server.calls.size()))
                .containsOnly(Opcode.OPENDIR, Opcode.READDIRPLUS, Opcode.RELEASEDIR);
    }
}
