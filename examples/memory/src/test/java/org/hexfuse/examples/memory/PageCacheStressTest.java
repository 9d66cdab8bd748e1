package org.hexfuse.examples.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.FileExerciser;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random calls by eight threads have the results of the machine's own files: with a page cache that is too small for the files, and
 * without. Messages are short, so that direct reads and writes are several.
 */
class PageCacheStressTest {
    private static final int MESSAGE = 32 << 10;

    /** Each flag that changes the ways of the data. */
    private static final class Asynchronous extends FilterFileSystem {
        private final boolean writesBack;

        Asynchronous(FuseFileSystem delegate, boolean writesBack) {
            super(delegate);
            this.writesBack = writesBack;
        }

        @Override public void init(InitNegotiation negotiation) throws IOException, InterruptedException {
            super.init(negotiation);
            negotiation.maxWrite(MESSAGE);
            negotiation.enable(InitFlag.ASYNC_READ);
            negotiation.enable(InitFlag.ASYNC_DIO);
            if (writesBack) {
                negotiation.enable(InitFlag.WRITEBACK_CACHE);
            }
        }
    }

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"none, mem:", "auto:1m, mem:", "writeback:1m, mem:", "auto:1m, mem:?inline",
        "writeback:1m, mem:?inline",
        "writeback:1m, unix:"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) void everyByteIsRight(String cache,
            String transport) throws Exception {
        String address = transport.equals("unix:") ? transport + directory.resolve("socket") : transport;
        var served = new Asynchronous(new MemoryFileSystem(64 << 20, 5000), cache.startsWith("writeback"));
        try (var kernel = UserKernel.connect(address, served, VfsOptions.DEFAULT
                .withPageCache(PageCacheOptions.parse(cache).withDirtyTime(Duration.ofMillis(20)))).failOnLeaks()) {
            FileExerciser.run(kernel.vfs(), Files.createDirectory(directory.resolve("twins")));
        }
    }
}
