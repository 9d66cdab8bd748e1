/**
 * What a transport implements: a provider per end that it has, named by {@code @AutoService} and by {@code provides}; and the
 * slots that most transports need ({@link org.hexfuse.transport.spi.LinearSlot}); and what cuts a stream into messages
 * ({@link org.hexfuse.transport.spi.StreamFramer}).
 */
package org.hexfuse.transport.spi;
