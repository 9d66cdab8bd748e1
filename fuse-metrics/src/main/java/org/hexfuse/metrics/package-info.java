/**
 * Listeners of both ends that record what they hear: {@link org.hexfuse.metrics.ServerMeters} and
 * {@link org.hexfuse.metrics.DeviceMeters} as meters of Micrometer, {@link org.hexfuse.metrics.ServerEvents} as events of JFR.
 *
 * {@snippet :
 * FuseServer.serve(new Vault()).listener(new ServerMeters(registry).and(new ServerEvents())).mount(Path.of("/mnt/vault"));
 * }
 *
 * <p>They are called by the threads of requests and wait for nothing. Without Micrometer on the class path or module path the events
 * work all the same.
 */
package org.hexfuse.metrics;
