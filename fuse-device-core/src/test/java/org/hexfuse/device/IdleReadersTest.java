package org.hexfuse.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.device.TestKernel.errno;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Opcode;
import org.hexfuse.device.IdleReaders.Reader;
import org.hexfuse.transport.DeviceHandle;
import org.junit.jupiter.api.Test;

class IdleReadersTest {
    private final IdleReaders readers = new IdleReaders();
    private final Reader first = new Reader();
    private final Reader last = new Reader();

    @Test void theReaderThatParkedLastIsWokenFirst() {
        readers.addIdle(first);
        readers.addIdle(last);
        assertThat(readers.wakeFor(1)).isSameAs(last);
        assertThat(last.woken).isTrue();
        assertThat(first.woken).isFalse();
    }

    @Test void noReaderIsWokenForAMessageThatAWokenReaderWillTake() {
        readers.addIdle(first);
        readers.addIdle(last);
        readers.wakeFor(1);
        assertThat(readers.wakeFor(1)).isNull();
        assertThat(readers.wakeFor(2)).isSameAs(first);
        assertThat(readers.wakeFor(3)).isNull();
    }

    @Test void noReaderIsWokenForAMessageThatAPollingReaderWillTake() {
        readers.addIdle(first);
        readers.startPolling(last);
        assertThat(readers.wakeFor(1)).isNull();
        readers.stopPolling(last);
        assertThat(readers.wakeFor(1)).isSameAs(first);
    }

    @Test void anIdleReaderIsNotPolling() {
        readers.startPolling(first);
        readers.addIdle(first);
        assertThat(readers.wakeFor(1)).isSameAs(first);
    }

    @Test void aRemovedReaderIsNotPolling() {
        readers.addIdle(first);
        readers.addIdle(last);
        readers.remove(readers.wakeFor(1));
        assertThat(readers.wakeFor(1)).isSameAs(first);
    }

    @Test void aReaderWhoseHandleIsClosedWakesAnother() throws Exception {
        try (TestKernel device = TestKernel.of(KernelProfile.linux())) {
            ConnectionCore core = device.connection.core();
            DeviceHandle clone = device.connection.newHandle();
            Thread leaving = Thread.ofVirtual().start(() -> errno(() -> take(clone)));
            device.awaitReader();
            core.input.lock.lock();
            try {
                // Woken, and not running yet: it counts as polling.
                core.input.queue.forgets().add(5, 1);
                assertThat(core.input.nextReader().thread).isSameAs(leaving);
                core.input.queue.forgets().clear();
            } finally {
                core.input.lock.unlock();
            }
            clone.close();
            var read = new CompletableFuture<Opcode>();
            Thread.ofVirtual().start(() -> read.complete(device.read().opcode()));
            device.awaitReader();
            Future<Errno> call = device.call(Opcode.UNLINK, 1);
            LockSupport.unpark(leaving);
            assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(Opcode.UNLINK);
            assertThat(call.isDone()).isFalse();
            leaving.join();
        }
    }

    @Test void aPollingReaderPollsOnceMoreBeforeItParks() throws Exception {
        int polling = 0;
        for (int i = 0; i < 2000 && polling < 3; i++) {
            try (TestKernel device = TestKernel.of(KernelProfile.linux())) {
                var read = new CompletableFuture<Opcode>();
                Thread reader = Thread.ofVirtual().start(() -> read.complete(device.read().opcode()));
                if (forgetsWhileAReaderIsPolling(device)) {
                    polling++;
                } else {
                    device.connection.forget(5, 1);
                }
                assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(Opcode.FORGET);
                reader.join();
            }
        }
        assertThat(polling).isPositive();
    }

    /** Queues a FORGET while the reader has found the queue empty and has not parked. Returns false if it parked before. */
    private static boolean forgetsWhileAReaderIsPolling(TestKernel device) {
        ConnectionCore core = device.connection.core();
        while (true) {
            core.input.lock.lock();
            try {
                if (core.input.pollingReaders() > 0) {
                    device.connection.forget(5, 1);
                    return true;
                }
                if (core.input.hasIdleReaders()) {
                    return false;
                }
            } finally {
                core.input.lock.unlock();
            }
        }
    }

    private static void take(DeviceHandle handle) {
        try {
            handle.take(TestKernel.CAPACITY);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
