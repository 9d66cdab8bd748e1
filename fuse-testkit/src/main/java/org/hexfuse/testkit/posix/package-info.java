/**
 * The contract of a POSIX filesystem, as a suite of tests that knows neither how it is mounted nor who serves it.
 *
 * <p>{@link org.hexfuse.testkit.posix.PosixContract} joins the groups, each an interface with a test a behaviour. They are
 * written against {@link org.hexfuse.testkit.posix.PosixClient}, which is what a program can do with files, and has two
 * implementations: {@link org.hexfuse.testkit.posix.VfsClient} asks this project's own kernel's end, and
 * {@link org.hexfuse.testkit.posix.LibcClient} the C library, on a directory where the kernel has mounted the filesystem. What
 * the contract says is what Linux's own filesystems do: tmpfs passes it.
 *
 * <p>A filesystem's test has one subclass for each way of mounting it, and says with
 * {@link org.hexfuse.testkit.posix.PosixFeature} what the filesystem has not got.
 */
package org.hexfuse.testkit.posix;
