package org.hexfuse.transport;

/**
 * A {@linkplain KernelLink#feature feature} of links that carry more than whole messages: the INIT flags that may be offered
 * over them and over no other link. A server that moves messages through pipes ({@code SPLICE_READ},
 * {@code SPLICE_WRITE}, {@code SPLICE_MOVE}) splits them, and only a
 * device that takes whole writes joins them again, not a socket; {@code OVER_IO_URING}, {@code HAS_INODE_DAX}, {@code MAP_ALIGNMENT} and {@code SUBMOUNTS} need a channel
 * beside the messages.
 *
 * @param masks the masks of such {@link org.hexfuse.abi.InitFlag}s
 */
public record CarriedFlags(long masks) {}
