/**
 * The contract of a {@code java.nio.file} provider: a test suite that is independent of the provider.
 *
 * <p>{@link org.hexfuse.testkit.nio.NioContract} joins the groups, interfaces with one test for each behaviour. They are written against
 * {@link java.nio.file.Files}, the channels and {@link java.nio.file.spi.FileSystemProvider} alone. The contract requires what the
 * documentation of {@code java.nio.file} says and, where it leaves the choice to the provider, what the JDK's default provider does on
 * Linux: that one passes over ext4 and tmpfs.
 *
 * <p>A provider's test has one subclass for each kind of file system, which says with {@link org.hexfuse.testkit.nio.NioFeature} what
 * it lacks, each with the reason.
 */
package org.hexfuse.testkit.nio;
