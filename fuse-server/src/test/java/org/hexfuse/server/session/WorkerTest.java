package org.hexfuse.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What one worker knows of its requests. */
class WorkerTest {
    private final Worker worker = new Worker(0);

    private void quickRequests() {
        for (int i = 0; i < 100; i++) {
            worker.begin();
            worker.end();
        }
    }

    @Test void aWorkerIsSlowUntilItsRequestsAreQuick() throws InterruptedException {
        assertThat(worker.isSlow()).isTrue();
        // A processor that is taken away in a request makes it a slow one.
        await().until(() -> {
            quickRequests();
            return !worker.isSlow();
        });
        worker.begin();
        TimeUnit.MILLISECONDS.sleep(5);
        worker.end();
        assertThat(worker.isSlow()).isTrue();
    }

    @Test void aWorkerIsHeldByARequestThatIsSeenTwice() {
        assertThat(worker.inspect()).isFalse();
        worker.begin();
        assertThat(worker.inspect()).isFalse();
        assertThat(worker.inspect()).isTrue();
        assertThat(worker.isHeld()).isTrue();
        assertThat(worker.inspect()).isFalse();
        worker.end();
        worker.release();
        assertThat(worker.isHeld()).isFalse();
        worker.begin();
        assertThat(worker.inspect()).isFalse();
        worker.end();
        worker.begin();
        assertThat(worker.inspect()).isFalse();
        worker.end();
        assertThat(worker.isIdle()).isFalse();
        worker.inspect();
        assertThat(worker.isIdle()).isTrue();
    }
}
