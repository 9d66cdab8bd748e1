package org.hexfuse.examples.remote.cache;

import java.time.Duration;

/**
 * How much is cached, and how long is waited.
 *
 * @param ttl how long items are used without another look at the store
 * @param block the size of the blocks that files are read in, in bytes
 * @param cache the most bytes of blocks in memory
 * @param ahead the most blocks that are read ahead of a sequential reader
 * @param drafts the most bytes of files that are being written, on the disk of temporary files
 * @param timeout the most time of one call of the store, with all attempts
 * @param attempts how often a call is tried
 * @param calls the most calls at the store at once
 */
public record Limits(Duration ttl, int block, long cache, int ahead, long drafts, Duration timeout, int attempts,
        int calls) {}
