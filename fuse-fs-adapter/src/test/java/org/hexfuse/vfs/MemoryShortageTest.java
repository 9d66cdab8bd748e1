package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files with a page cache when there is no native memory for the requests. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class MemoryShortageTest {
    private static final int PAGE = 4096;

    private final ContentServer server = new ContentServer();
    private final Vfs vfs = Vfs.mount(server.port,
            VfsOptions.DEFAULT.withPageCache(PageCacheOptions.WRITEBACK.withDirtyTime(Duration.ofHours(1))));
    private OpenFile file;

    @BeforeEach void open() {
        server.port.flags |= InitFlag.WRITEBACK_CACHE.mask();
        server.port.answers.put(Opcode.OPEN,
                request -> StandInServer.opened(request, 0, 7, OpenOutFlag.KEEP_CACHE.mask()));
        server.fill(10 * PAGE);
        file = vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE);
    }

    @AfterEach void close() {
        server.port.withoutMemory.clear();
        file.close();
        vfs.close();
    }

    private static byte[] bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test void dirtyPagesAreWrittenOneByOne() {
        file.write(bytes(3 * PAGE + 10, 7), 8 * PAGE);
        server.port.withoutMemory.add(Opcode.WRITE);
        file.sync(false);
        assertThat(server.writes).containsExactly("32768+4096", "36864+4096", "40960+4096", "45056+10");
        assertThat(server.range(8 * PAGE, 4 * PAGE)).isEqualTo(bytes(3 * PAGE + 10, 7));
        server.port.withoutMemory.clear();
        file.write(bytes(2 * PAGE, 8), 0);
        file.sync(false);
        assertThat(server.writes).endsWith("0+8192");
    }

    @Test void whoIsInterruptedWhileTheReserveIsInFlightLosesNothing() throws Exception {
        BlockingQueue<Runnable> inFlight = new LinkedBlockingQueue<>();
        file.write(bytes(3 * PAGE, 7), 0);
        server.port.withoutMemory.add(Opcode.WRITE);
        server.port.background = inFlight::add;
        var error = new AtomicReference<Errno>();
        Thread syncing = Thread.ofVirtual().start(() -> {
            try {
                file.sync(false);
            } catch (FuseException e) {
                error.set(e.errno());
            }
        });
        Runnable first = inFlight.poll(20, TimeUnit.SECONDS);
        assertThat(first).isNotNull();
        syncing.interrupt();
        assertThat(syncing.join(Duration.ofSeconds(20))).isTrue();
        assertThat(error.get()).isEqualTo(Errno.EINTR);
        assertThat(inFlight).isEmpty();
        server.port.background = Runnable::run;
        first.run();
        file.sync(false);
        assertThat(server.writes).containsExactly("0+4096", "4096+4096", "8192+4096");
        assertThat(server.range(0, 3 * PAGE)).isEqualTo(bytes(3 * PAGE, 7));
    }

    @Test void aReadThatFailedLeavesNoneWaiting() {
        server.port.withoutMemory.add(Opcode.READ);
        assertFails(Errno.ENOMEM, () -> file.read(new byte[PAGE], 0));
        server.port.withoutMemory.clear();
        byte[] target = new byte[PAGE];
        assertThat(file.read(target, 0)).isEqualTo(PAGE);
        assertThat(target).isEqualTo(server.range(0, PAGE));
    }

    @Test void aPartOfAPageIsWrittenThroughIfTheRestCannotBeRead() {
        server.port.withoutMemory.add(Opcode.READ);
        assertThat(file.write(bytes(10, 7), 5)).isEqualTo(10);
        assertThat(server.writes).containsExactly("5+10");
    }
}
