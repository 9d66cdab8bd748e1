/**
 * The contract of a POSIX filesystem: a test suite that is independent of the server and of the way of mounting.
 *
 * <p>{@link org.hexfuse.testkit.posix.PosixContract} joins the groups, interfaces with one test for each behaviour. They are
 * written against {@link org.hexfuse.testkit.posix.PosixClient}, the system calls on files, which has two
 * implementations: {@link org.hexfuse.testkit.posix.VfsClient} calls this project's kernel end, and
 * {@link org.hexfuse.testkit.posix.LibcClient} the C library, on a directory where the kernel has mounted the filesystem. The
 * contract requires the behaviour of Linux's own filesystems: tmpfs passes it.
 *
 * <p>A filesystem's test has one subclass for each way of mounting it, and says with
 * {@link org.hexfuse.testkit.posix.PosixFeature} what the filesystem has not got.
 */
package org.hexfuse.testkit.posix;
