/**
 * A kernel for tests ({@link org.hexfuse.testkit.UserKernel}), mounts by the running one
 * ({@link org.hexfuse.testkit.RunningKernel}), and the contract of transports
 * ({@link org.hexfuse.testkit.TransportContract}); the contract of filesystems is in {@link org.hexfuse.testkit.posix}.
 */
package org.hexfuse.testkit;
