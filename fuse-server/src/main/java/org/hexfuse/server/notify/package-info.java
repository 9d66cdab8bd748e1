/**
 * Notifications to the kernel, and the replies to RETRIEVE. Called by filesystems, on any thread. Never waits for a request:
 * {@link org.hexfuse.server.notify.NotificationLocks} has which notifications would wait for which requests, and one that would
 * wait for the request of its own handler is refused with EDEADLK.
 */
package org.hexfuse.server.notify;
