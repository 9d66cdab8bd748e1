package org.hexfuse.examples.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Read;
import org.hexfuse.server.Write;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A page cache whose server does not answer, or dies: each blocked call ends with an error. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class PageCacheFailuresTest {
    private static final int SIZE = 1 << 20;

    private final Stopping stopping = new Stopping(new WritingBack(new MemoryFileSystem(64 << 20, 5000)));
    private UserKernel kernel;
    private Vfs vfs;

    /** Does not answer READ or WRITE while it is stopped. */
    private static final class Stopping extends FilterFileSystem {
        final AtomicInteger waiting = new AtomicInteger();
        final AtomicInteger reads = new AtomicInteger();
        private volatile CountDownLatch stop = new CountDownLatch(0);

        Stopping(FuseFileSystem delegate) {
            super(delegate);
        }

        @Override public Blocking blocking() {
            return Blocking.IN_JAVA;
        }

        void stop() {
            stop = new CountDownLatch(1);
        }

        void goOn() {
            stop.countDown();
        }

        private void pass() throws InterruptedException {
            waiting.incrementAndGet();
            stop.await();
        }

        @Override public void read(Read op, DataReply reply) throws IOException, InterruptedException {
            reads.incrementAndGet();
            pass();
            super.read(op, reply);
        }

        @Override public int write(Write op) throws IOException, InterruptedException {
            pass();
            return super.write(op);
        }
    }

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", stopping, VfsOptions.DEFAULT.withPageCache(
                PageCacheOptions.WRITEBACK.withDirtyTime(Duration.ofHours(1))));
        vfs = kernel.vfs();
        vfs.writeAllBytes("/f", new byte[SIZE]);
    }

    @AfterEach void unmount() {
        stopping.goOn();
        kernel.close();
    }

    private void awaitWaiting(int count) throws InterruptedException {
        for (int i = 0; i < 2000 && stopping.waiting.get() < count; i++) {
            Thread.sleep(5);
        }
        assertThat(stopping.waiting.get()).isGreaterThanOrEqualTo(count);
    }

    /** Runs a call on a thread of its own, and has its errno. */
    private static final class Caller {
        volatile Errno errno = Errno.OK;
        final Thread thread;

        Caller(Runnable call) {
            thread = Thread.ofVirtual().start(() -> {
                try {
                    call.run();
                } catch (FuseException e) {
                    errno = e.errno();
                }
            });
        }

        Errno await() throws InterruptedException {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
            return errno;
        }
    }

    private OpenFile open() {
        return vfs.open("/f", OpenFlag.READ, OpenFlag.WRITE);
    }

    @Test void manyReadersOfAPageAreOneRead() throws Exception {
        OpenFile file = open();
        stopping.waiting.set(0);
        stopping.reads.set(0);
        stopping.stop();
        List<Caller> readers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            readers.add(new Caller(() -> file.read(new byte[100], SIZE / 2)));
        }
        awaitWaiting(1);
        Thread.sleep(50);
        stopping.goOn();
        for (Caller reader : readers) {
            assertThat(reader.await()).isEqualTo(Errno.OK);
        }
        assertThat(stopping.reads.get()).isEqualTo(1);
        file.close();
    }

    @Test void aServerThatDiesEndsReadersAndDropsWhatIsDirty() throws Exception {
        OpenFile file = open();
        file.write(new byte[]{1}, 0);
        stopping.waiting.set(0);
        stopping.stop();
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            callers.add(new Caller(() -> file.read(new byte[100], SIZE / 2)));
        }
        callers.add(new Caller(() -> file.sync(false)));
        awaitWaiting(2);
        Thread closing = Thread.startVirtualThread(kernel.server()::close);
        for (Caller caller : callers) {
            assertThat(caller.await()).isIn(Errno.ECONNABORTED, Errno.ENOTCONN);
        }
        assertThat(catchThrowableOfType(FuseException.class, file::close)).isNotNull();
        stopping.goOn();
        assertThat(closing.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test void closingTellsThatTheServerDied() {
        OpenFile file = open();
        file.write(new byte[]{1}, 0);
        kernel.server().close();
        FuseException thrown = catchThrowableOfType(FuseException.class, file::close);
        assertThat(thrown.errno()).isIn(Errno.ECONNABORTED, Errno.ENOTCONN);
    }

    @Test void cachedDataIsReadWithoutAServer() {
        OpenFile file = open();
        assertThat(file.read(new byte[100], 0)).isEqualTo(100);
        kernel.server().close();
        assertThat(file.read(new byte[100], 0)).isEqualTo(100);
    }

    @Test void unmountingDoesNotWaitForAServerThatDoesNotAnswer() throws Exception {
        OpenFile file = open();
        file.write(new byte[SIZE], 0);
        stopping.stop();
        long start = System.nanoTime();
        vfs.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        assertThat(catchThrowableOfType(FuseException.class, file::close)).isNotNull();
    }

    @Test void aReaderThatIsInterruptedDoesNotWait() throws Exception {
        OpenFile file = open();
        stopping.waiting.set(0);
        stopping.stop();
        var first = new Caller(() -> file.read(new byte[100], SIZE / 2));
        awaitWaiting(1);
        var second = new Caller(() -> file.read(new byte[100], SIZE / 2));
        Thread.sleep(20);
        second.thread.interrupt();
        assertThat(second.await()).isEqualTo(Errno.EINTR);
        stopping.goOn();
        assertThat(first.await()).isEqualTo(Errno.OK);
        file.close();
    }

    @Test void closingWhileAReadIsInFlight() throws Exception {
        OpenFile file = open();
        stopping.waiting.set(0);
        stopping.stop();
        var reader = new Caller(() -> file.read(new byte[SIZE], 0));
        awaitWaiting(1);
        file.close();
        stopping.goOn();
        assertThat(reader.await()).isEqualTo(Errno.OK);
    }
}
