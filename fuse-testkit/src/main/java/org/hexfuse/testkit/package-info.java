/**
 * A kernel for tests ({@link org.hexfuse.testkit.UserKernel}) and the contract of transports
 * ({@link org.hexfuse.testkit.TransportContract}); the contract of filesystems is in {@link org.hexfuse.testkit.posix}.
 */
package org.hexfuse.testkit;
