/**
 * Observation of a server: what its operator watches. A {@link org.hexfuse.server.observe.ServerListener} sees sessions and
 * requests, a {@link org.hexfuse.server.observe.PanicHandler} the defects of a filesystem, and
 * {@link org.hexfuse.server.observe.ServerStatistics} are the numbers of this moment. Listeners are set on
 * {@link org.hexfuse.server.FuseServer.Builder}; without a listener the observation reads no clock and calls nothing.
 *
 * <p>The module {@code fuse-metrics} has listeners for Micrometer and for JFR.
 */
package org.hexfuse.server.observe;
