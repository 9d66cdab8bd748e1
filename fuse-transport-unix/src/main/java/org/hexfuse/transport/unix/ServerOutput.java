package org.hexfuse.transport.unix;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * What a server writes to its standard streams, line by line into the log. A line is cut, and some lines a second are logged, so the
 * server determines neither memory nor the size of the log; another thread writes the log, so that the server never waits for it.
 */
final class ServerOutput {
    private static final Logger LOG = Loggers.of(ServerOutput.class);
    private static final int LONGEST_LINE = 500;
    private static final int LINES_A_SECOND = 100;
    private static final int QUEUED = 2 * LINES_A_SECOND;
    private static final int KEPT = 5;
    private static final String END = "\0end";

    private final String program;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<String> last = new ArrayDeque<>();
    private final BlockingQueue<String> queue = new LinkedBlockingQueue<>(QUEUED + 1);
    private long second = System.nanoTime();
    private int linesOfSecond;
    private long dropped;

    ServerOutput(String program) {
        this.program = program;
        Thread.ofVirtual().name("hexfuse-output " + program).start(this::log);
    }

    /** Adds bytes that the server has written. For one thread, as {@link #end}. */
    void add(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                endLine();
            } else if (line.size() < LONGEST_LINE) {
                line.write(bytes[i]);
            }
        }
    }

    /** The server has closed its streams. */
    void end() {
        endLine();
        if (dropped > 0) {
            enqueue(dropped + " lines were not logged");
        }
        queue.add(END);
    }

    private void endLine() {
        String text = printable(line.toString(UTF_8)).strip();
        line.reset();
        if (text.isEmpty()) {
            return;
        }
        synchronized (last) {
            last.addLast(text);
            if (last.size() > KEPT) {
                last.removeFirst();
            }
        }
        long now = System.nanoTime();
        if (now - second > TimeUnit.SECONDS.toNanos(1)) {
            second = now;
            linesOfSecond = 0;
        }
        if (++linesOfSecond > LINES_A_SECOND) {
            dropped++;
        } else {
            enqueue(text);
        }
    }

    /** Keeps a place for the end. */
    private void enqueue(String text) {
        if (queue.remainingCapacity() > 1) {
            queue.add(text);
        } else {
            dropped++;
        }
    }

    private void log() {
        try {
            for (String text = queue.take(); !text.equals(END); text = queue.take()) {
                LOG.info("{}: {}", program, text);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The last lines, in one. */
    String tail() {
        synchronized (last) {
            return String.join(" / ", last);
        }
    }

    /** Text without what a terminal would obey. */
    static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }
}
