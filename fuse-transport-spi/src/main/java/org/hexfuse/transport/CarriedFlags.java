package org.hexfuse.transport;

/**
 * A {@linkplain KernelLink#feature feature} of links by which more can be done than to carry messages: what INIT may offer
 * over them that it must not offer elsewhere. A server that moves messages through pipes ({@code SPLICE_READ},
 * {@code SPLICE_WRITE}, {@code SPLICE_MOVE}) breaks them into pieces, which a device that takes whole writes puts together
 * and a socket does not; {@code OVER_IO_URING}, {@code HAS_INODE_DAX}, {@code MAP_ALIGNMENT} and {@code SUBMOUNTS} need a way
 * of their own.
 *
 * @param masks the masks of such {@link org.hexfuse.abi.InitFlag}s
 */
public record CarriedFlags(long masks) {}
