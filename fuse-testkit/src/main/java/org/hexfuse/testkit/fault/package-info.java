/**
 * Faults between a kernel and a server: {@link org.hexfuse.testkit.fault.FaultyTransport} delays, drops, duplicates, reorders and
 * truncates messages, and dies. Faults of a filesystem are in {@link org.hexfuse.server.filter.FaultyFileSystem}.
 */
package org.hexfuse.testkit.fault;
