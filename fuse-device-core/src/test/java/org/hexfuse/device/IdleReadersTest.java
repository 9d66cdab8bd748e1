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

    @Test void whoCameLastIsWokenFirst() {
        readers.addIdle(first);
        readers.addIdle(last);
        assertThat(readers.wakeFor(1)).isSameAs(last);
        assertThat(last.woken).isTrue();
        assertThat(first.woken).isFalse();
    }

    @Test void nobodyIsWokenForWhatSomebodyIsOnTheWayTo() {
        readers.addIdle(first);
        readers.addIdle(last);
        readers.wakeFor(1);
        assertThat(readers.wakeFor(1)).isNull();
        assertThat(readers.wakeFor(2)).isSameAs(first);
        assertThat(readers.wakeFor(3)).isNull();
    }

    @Test void nobodyIsWokenForWhatAnAlertReaderWillSee() {
        readers.addIdle(first);
        readers.startPolling(last);
        assertThat(readers.wakeFor(1)).isNull();
        readers.stopPolling(last);
        assertThat(readers.wakeFor(1)).isSameAs(first);
    }

    @Test void whoHasSettledDownIsNotAlert() {
        readers.startPolling(first);
        readers.addIdle(first);
        assertThat(readers.wakeFor(1)).isSameAs(first);
    }

    @Test void whoIsRemovedIsNotCountedOn() {
        readers.addIdle(first);
        readers.addIdle(last);
        readers.remove(readers.wakeFor(1));
        assertThat(readers.wakeFor(1)).isSameAs(first);
    }

    @Test void aReaderWhoseHandleIsClosedPassesOnWhatItWasCountedOnFor() throws Exception {
        try (TestKernel device = TestKernel.of(KernelProfile.linux())) {
            ConnectionCore core = device.connection.core();
            DeviceHandle clone = device.connection.newHandle();
            Thread leaving = Thread.ofVirtual().start(() -> errno(() -> take(clone)));
            device.awaitReader();
            core.input.lock.lock();
            try {
                // Woken, and not yet running: it is counted on.
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

    @Test void aReaderThatIsAlertLooksOnceMoreBeforeItSettlesDown() throws Exception {
        int caught = 0;
        for (int i = 0; i < 2000 && caught < 3; i++) {
            try (TestKernel device = TestKernel.of(KernelProfile.linux())) {
                var read = new CompletableFuture<Opcode>();
                Thread reader = Thread.ofVirtual().start(() -> read.complete(device.read().opcode()));
                if (forgetsWhileAReaderIsAlert(device)) {
                    caught++;
                } else {
                    device.connection.forget(5, 1);
                }
                assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(Opcode.FORGET);
                reader.join();
            }
        }
        assertThat(caught).isPositive();
    }

    /** Has something to be read at a moment at which the reader has seen that there is nothing, and does not wait yet. */
    private static boolean forgetsWhileAReaderIsAlert(TestKernel device) {
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
