package org.hexfuse.server.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.ReadDir;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The listings of open directories. */
@Timeout(60) class OpenListingTest {
    private final AtomicInteger closed = new AtomicInteger();

    private static OpenListing of(Supplier<Stream<Listed>> stream) {
        return new OpenListing(new Node(FileType.DIRECTORY) {
            @Override public Attr getattr(GetAttr op) {
                return Attr.directory(0755);
            }

            @Override public Stream<Listed> readdir(ReadDir op) {
                return stream.get();
            }
        }, 0);
    }

    private Stream<Listed> letters() {
        return Stream.of("a", "b", "c", "d").map(name -> Listed.of(name, FileType.REGULAR)).onClose(
                closed::incrementAndGet);
    }

    private static List<String> list(OpenListing listing, long offset) throws Exception {
        var names = new ArrayList<String>();
        listing.list(ReadDir.of(1, 1).withRange(offset, 1 << 16),
                (name, cookie) -> names.add(name.name() + " " + cookie));
        return names;
    }

    @Test void goesOnAfterAnyCookie() throws Exception {
        OpenListing listing = of(this::letters);
        assertThat(list(listing, 0)).containsExactly(". 1", ".. 2", "a 3", "b 4", "c 5", "d 6");
        assertThat(list(listing, 5)).containsExactly("d 6");
        assertThat(list(listing, 6)).isEmpty();
        assertThat(list(listing, 1000)).isEmpty();
    }

    @Test void goesOnAfterACookieOfWhatWasReadBeforeItBeganAnew() throws Exception {
        OpenListing listing = of(this::letters);
        list(listing, 0);
        listing.list(ReadDir.of(1, 1), (_, _) -> false);
        assertThat(list(listing, 4)).containsExactly("c 5", "d 6");
    }

    @Test void isClosedBesideARequestThatIsStuckInTheStream() throws Exception {
        var entered = new CountDownLatch(1);
        var stuck = new CompletableFuture<Void>();
        OpenListing listing = of(() -> letters().peek(_ -> {
            entered.countDown();
            stuck.join();
        }));
        try (var thread = Executors.newVirtualThreadPerTaskExecutor()) {
            var request = thread.submit(() -> list(listing, 0));
            entered.await();
            var closer = thread.submit(listing::close);
            try {
                closer.get(5, TimeUnit.SECONDS);
                assertThat(closed).hasValue(0);
            } finally {
                stuck.complete(null);
            }
            request.get(10, TimeUnit.SECONDS);
        }
        assertThat(closed).hasValue(1);
    }

    @Test void closesAStreamThatCannotBeRead() throws Exception {
        Stream<Listed> used = letters();
        assertThat(used.iterator()).isNotNull();
        OpenListing listing = of(() -> used);
        assertThatThrownBy(() -> list(listing, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(closed).hasValue(1);
    }

    @Test void closesAStreamWhoseFormerCannotBeClosed() throws Exception {
        var times = new AtomicInteger();
        OpenListing listing = of(() -> letters().onClose(() -> {
            if (times.getAndIncrement() == 0) {
                throw new IllegalStateException("on purpose");
            }
        }));
        list(listing, 0);
        assertThatThrownBy(() -> list(listing, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(closed).hasValue(2);
        assertThat(list(listing, 0)).hasSize(6);
    }
}
