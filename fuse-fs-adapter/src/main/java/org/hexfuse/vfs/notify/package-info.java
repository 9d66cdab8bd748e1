/**
 * Notifications of the server: {@code NotificationHandler} takes each from the connection to the cache that it invalidates, or to the
 * {@code PollTable} of the files whose poller is to be woken.
 *
 * <p>The connection calls it on a thread of its own; open files register with the {@code PollTable} on any thread.
 *
 * <p>It never sends a request and never blocks.
 */
package org.hexfuse.vfs.notify;
