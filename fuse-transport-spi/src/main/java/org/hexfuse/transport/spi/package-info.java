/**
 * What a transport implements: a provider per end that it has, named by {@code @AutoService} and by {@code provides}; and the
 * slots that most transports need ({@link org.hexfuse.transport.spi.LinearSlot}).
 */
package org.hexfuse.transport.spi;
