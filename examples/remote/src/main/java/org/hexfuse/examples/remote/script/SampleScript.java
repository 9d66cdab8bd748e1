package org.hexfuse.examples.remote.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.stream.IntStream;

/** The store of {@code remote:script}, to see a slow store at work. */
public final class SampleScript {
    private static final long LARGE = 64L << 20;
    private static final int MANY = 10_000;
    private static final int FAILURES = 2;
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final String README = """
            Each call of this store takes its latency.
            clock.txt     changes behind the kernel's back, each 5 seconds
            flaky.txt     can be read at the third attempt: nobody sees that
            hanging.txt   is never read: Ctrl-C ends cat, and other files go on
            large.bin     64 MiB, read in blocks, ahead of a sequential reader
            many          10,000 files, listed page by page
            """;

    private SampleScript() {}

    /** The files of the sample, each call of which takes {@code latency}. */
    public static ScriptedStore store(Duration latency) {
        var store = new ScriptedStore();
        store.file("/readme.txt", README.getBytes(UTF_8));
        store.changing("/clock.txt", PERIOD, () -> {
            int second = LocalTime.now(ZoneId.systemDefault()).toSecondOfDay();
            return "%tT\n".formatted(LocalTime.ofSecondOfDay(second - second % PERIOD.toSeconds())).getBytes(UTF_8);
        });
        store.file("/flaky.txt", "here at last\n".getBytes(UTF_8));
        store.file("/hanging.txt", "never seen\n".getBytes(UTF_8));
        store.file("/large.bin", new Pattern(LARGE));
        store.directory("/many");
        IntStream.range(0, MANY).forEach(i -> store.file("/many/%05d.txt".formatted(i), (i + "\n").getBytes(UTF_8)));
        store.delay(ScriptedStore.ANY, ScriptedStore.ANY, latency);
        store.fail("read", "/flaky.txt", FAILURES);
        store.hang("read", "/hanging.txt");
        return store;
    }

    /** Numbers in eight bytes each, which are not in memory: what is read shows its offset. */
    record Pattern(long size) implements ScriptedStore.Data {
        @Override public byte[] read(long offset, int length) {
            byte[] data = new byte[length];
            for (int i = 0; i < length; i++) {
                long at = offset + i;
                long number = at / Long.BYTES;
                long lower = Long.BYTES - 1 - at % Long.BYTES;
                data[i] = (byte) (number >>> (lower * Byte.SIZE));
            }
            return data;
        }
    }
}
