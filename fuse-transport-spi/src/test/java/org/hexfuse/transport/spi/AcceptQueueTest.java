package org.hexfuse.transport.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.ServerLink;
import org.hexfuse.transport.spi.AcceptQueue.Outcome;
import org.junit.jupiter.api.Test;

class AcceptQueueTest {
    private final AcceptQueue<ServerLink> queue = new AcceptQueue<>(2);
    private final ServerLink first = mock();
    private final ServerLink second = mock();
    private final ServerLink third = mock();

    /** A call on a thread of its own, which is blocked when this returns. */
    private record Blocked<T>(Thread thread, FutureTask<T> task) {
        static <T> Blocked<T> call(Callable<T> call) throws InterruptedException {
            var task = new FutureTask<T>(call);
            Thread thread = Thread.ofPlatform().daemon().start(task);
            while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(thread.isAlive()).as("the call blocks").isTrue();
                Thread.sleep(1);
            }
            return new Blocked<>(thread, task);
        }

        T result() throws Exception {
            return task.get(10, TimeUnit.SECONDS);
        }

        void assertInterrupted() {
            thread.interrupt();
            assertThatThrownBy(this::result).isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
        }
    }

    private void fill() {
        assertThat(queue.offer(first)).isEqualTo(Outcome.QUEUED);
        assertThat(queue.offer(second)).isEqualTo(Outcome.QUEUED);
    }

    @Test void linksAreAcceptedInTheOrderOfTheirArrival() throws Exception {
        fill();
        assertThat(queue.accept()).contains(first);
        assertThat(queue.accept()).contains(second);
    }

    @Test void acceptBlocksUntilALinkArrives() throws Exception {
        Blocked<Optional<ServerLink>> acceptor = Blocked.call(queue::accept);
        queue.offer(first);
        assertThat(acceptor.result()).contains(first);
    }

    @Test void aFullQueueRefusesALinkAndLeavesItToItsOwner() throws Exception {
        fill();
        assertThat(queue.offer(third)).isEqualTo(Outcome.FULL);
        assertThat(queue.offer(third, Duration.ofMillis(20))).isEqualTo(Outcome.FULL);
        queue.close();
        verify(third, never()).close();
    }

    @Test void putBlocksWhileTheQueueIsFull() throws Exception {
        fill();
        Blocked<Boolean> putter = Blocked.call(() -> queue.put(third));
        assertThat(queue.accept()).contains(first);
        assertThat(putter.result()).isTrue();
        assertThat(queue.accept()).contains(second);
        assertThat(queue.accept()).contains(third);
    }

    @Test void offerBlocksUntilThereIsRoom() throws Exception {
        fill();
        Blocked<Outcome> offerer = Blocked.call(() -> queue.offer(third, Duration.ofMinutes(1)));
        assertThat(queue.accept()).contains(first);
        assertThat(offerer.result()).isEqualTo(Outcome.QUEUED);
    }

    @Test void closingWakesEveryAcceptor() throws Exception {
        Blocked<Optional<ServerLink>> one = Blocked.call(queue::accept);
        Blocked<Optional<ServerLink>> other = Blocked.call(queue::accept);
        queue.close();
        assertThat(one.result()).isEmpty();
        assertThat(other.result()).isEmpty();
        assertThat(queue.accept()).isEmpty();
    }

    @Test void closingWakesEveryCallerThatWaitsForRoom() throws Exception {
        fill();
        Blocked<Boolean> putter = Blocked.call(() -> queue.put(third));
        Blocked<Outcome> offerer = Blocked.call(() -> queue.offer(third, Duration.ofMinutes(1)));
        queue.close();
        assertThat(putter.result()).isFalse();
        assertThat(offerer.result()).isEqualTo(Outcome.CLOSED);
        verify(third, never()).close();
    }

    @Test void closingClosesWhatWasNotAcceptedAndNothingElse() throws Exception {
        fill();
        assertThat(queue.accept()).contains(first);
        queue.close();
        queue.close();
        verify(second).close();
        verify(first, never()).close();
        assertThat(queue.accept()).isEmpty();
        assertThat(queue.offer(third)).isEqualTo(Outcome.CLOSED);
    }

    @Test void afterAShutdownQueuedLinksAreStillAccepted() throws Exception {
        queue.offer(first);
        queue.shutdown();
        assertThat(queue.offer(second)).isEqualTo(Outcome.CLOSED);
        assertThat(queue.accept()).contains(first);
        assertThat(queue.accept()).isEmpty();
        verify(first, never()).close();
    }

    @Test void blockedThreadsCanBeInterrupted() throws Exception {
        Blocked.call(queue::accept).assertInterrupted();
        fill();
        Blocked.call(() -> queue.put(third)).assertInterrupted();
        Blocked.call(() -> queue.offer(third, Duration.ofMinutes(1))).assertInterrupted();
        assertThat(queue.accept()).contains(first);
        assertThat(queue.accept()).contains(second);
    }

    @Test void anInterruptedThreadCanStillOffer() {
        Thread.currentThread().interrupt();
        assertThat(queue.offer(first)).isEqualTo(Outcome.QUEUED);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test void linksAreClosedWithoutTheLockHeld() throws Exception {
        var closedFromAnotherThread = new CompletableFuture<Void>();
        doAnswer(_ -> {
            CompletableFuture.runAsync(queue::shutdown).get(10, TimeUnit.SECONDS);
            return closedFromAnotherThread.complete(null);
        }).when(first).close();
        queue.offer(first);
        queue.close();
        assertThat(closedFromAnotherThread).isCompleted();
    }

    @Test void thereIsRoomForOneLinkAtLeast() {
        assertThatThrownBy(() -> new AcceptQueue<>(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new AcceptQueue<>().capacity()).isEqualTo(64);
    }

    @Test void anEndpointOfOneLinkAcceptsItOnceAndThenBlocksUntilItDisconnects() throws Exception {
        var onDisconnect = new CompletableFuture<Runnable>();
        var endpoint = new SingleLinkEndpoint(Address.parse("x:"), disconnected -> {
            onDisconnect.complete(disconnected);
            return first;
        });
        assertThat(endpoint.accept()).contains(first);
        Blocked<Optional<ServerLink>> acceptor = Blocked.call(endpoint::accept);
        onDisconnect.get().run();
        assertThat(acceptor.result()).isEmpty();
        endpoint.close();
        verify(first, never()).close();
    }

    @Test void anEndpointOfOneLinkClosesItUnlessItWasAccepted() throws Exception {
        var endpoint = new SingleLinkEndpoint(Address.parse("x:"), _ -> first);
        endpoint.close();
        verify(first).close();
        assertThat(endpoint.accept()).isEmpty();
    }
}
