/**
 * A kernel for tests ({@link org.hexfuse.testkit.UserKernel}), mounts by the running one
 * ({@link org.hexfuse.testkit.RunningKernel}), and the contract of transports
 * ({@link org.hexfuse.testkit.TransportContract}); the contract of filesystems is in {@link org.hexfuse.testkit.posix}. Tests as JUnit
 * methods are in {@link org.hexfuse.testkit.junit}, logs of requests in {@link org.hexfuse.testkit.record}, faults in
 * {@link org.hexfuse.testkit.fault}.
 */
package org.hexfuse.testkit;
