/**
 * What a transport implements, and what transports share. It implements a provider for each of its ends, named by
 * {@code @AutoService} and by {@code provides}. It uses slots ({@link org.hexfuse.transport.spi.LinearSlot}), the accept queue
 * of endpoints ({@link org.hexfuse.transport.spi.AcceptQueue}), and the framer of byte streams
 * ({@link org.hexfuse.transport.spi.StreamFramer}). Rooms that depend on this one also have its object pool, its loggers and a
 * slot to decorate others with ({@link org.hexfuse.transport.spi.ObjectPool}, {@link org.hexfuse.transport.spi.Loggers},
 * {@link org.hexfuse.transport.spi.ForwardingSlot}).
 */
package org.hexfuse.transport.spi;
