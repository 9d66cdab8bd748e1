package org.hexfuse.transport;

/** A request that an {@link InlineReader} gets before it is queued. It belongs to the caller's thread until it is taken. */
public interface CallerRequest {}
