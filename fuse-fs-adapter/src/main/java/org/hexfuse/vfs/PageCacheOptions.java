package org.hexfuse.vfs;

import java.time.Duration;
import org.hexfuse.posix.ByteSize;

/**
 * How the data of regular files is cached. All mounts of a JVM share a quarter of its largest heap, in native memory; when that is used up
 * pages are evicted, and without any to evict reads and writes bypass the cache.
 *
 * @param mode what is cached
 * @param bytes the most bytes of this mount
 * @param dirtyTime for how long written data may stay in the cache before it is written back in the background
 */
public record PageCacheOptions(Mode mode, long bytes, Duration dirtyTime) {
    /** What is cached. */
    public enum Mode {
        /** Nothing: each read and each write is a request. */
        NONE,
        /** What is read; writes are sent at once. As Linux without the writeback cache. */
        AUTO,
        /**
         * Also what is written, until it is written back: at close and fsync, at a dirty limit, in the background, and at unmount. With a
         * server that negotiates {@link org.hexfuse.abi.InitFlag#WRITEBACK_CACHE}; with any other as {@link #AUTO}.
         */
        WRITEBACK
    }

    /** Linux's {@code dirty_expire_centisecs}. */
    private static final Duration DIRTY_TIME = Duration.ofSeconds(30);

    /** Nothing is cached. */
    public static final PageCacheOptions NONE = of(Mode.NONE);
    /** Reads are cached. */
    public static final PageCacheOptions AUTO = of(Mode.AUTO);
    /** Reads and writes are cached. */
    public static final PageCacheOptions WRITEBACK = of(Mode.WRITEBACK);

    /** Checks the numbers. */
    public PageCacheOptions {
        if (bytes < 0 || dirtyTime.isNegative()) {
            throw new IllegalArgumentException(bytes + " bytes, written back after " + dirtyTime);
        }
    }

    private static PageCacheOptions of(Mode mode) {
        return new PageCacheOptions(mode, Long.MAX_VALUE, DIRTY_TIME);
    }

    /**
     * Reads the options as users write them: {@code none}, {@code auto} or {@code writeback}, followed by {@code :SIZE} for the most
     * bytes of the mount, as in {@code auto:64m}, see {@link ByteSize}.
     *
     * @throws IllegalArgumentException if it is anything else; the message, of one line, names what there is
     */
    public static PageCacheOptions parse(String text) {
        int colon = text.indexOf(':');
        String mode = colon < 0 ? text : text.substring(0, colon);
        PageCacheOptions options = switch (mode) {
            case "none" -> NONE;
            case "auto" -> AUTO;
            case "writeback" -> WRITEBACK;
            default -> throw new IllegalArgumentException("'" + mode
                    + "' is not a page cache: write none, auto or writeback, also with a size, as in auto:64m");
        };
        return colon < 0 ? options : options.withBytes(ByteSize.parse(text.substring(colon + 1)));
    }

    /** The same with at most so many bytes for this mount. */
    public PageCacheOptions withBytes(long most) {
        return new PageCacheOptions(mode, most, dirtyTime);
    }

    /** The same with another time until written data is written back. */
    public PageCacheOptions withDirtyTime(Duration time) {
        return new PageCacheOptions(mode, bytes, time);
    }
}
