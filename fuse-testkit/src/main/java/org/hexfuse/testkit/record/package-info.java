/**
 * A log of requests and replies that a test asserts on ({@link org.hexfuse.testkit.record.Recorder}), and two logs side by side
 * ({@link org.hexfuse.testkit.record.SideBySide}).
 *
 * <p>A recorder decorates the server's end of a link, so that it records what any kernel sends, the real one included, and what the
 * server answers without the filesystem.
 */
package org.hexfuse.testkit.record;
