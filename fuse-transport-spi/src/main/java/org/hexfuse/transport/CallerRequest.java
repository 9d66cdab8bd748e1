package org.hexfuse.transport;

/** A request that a {@link CallerDriver} gets before it was queued. It belongs to the caller's thread until it is taken. */
public interface CallerRequest {}
