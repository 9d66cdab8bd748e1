/**
 * The one room that calls the Linux C library, through the foreign function interface. Transports and tests call it; it needs
 * {@code --enable-native-access=org.hexfuse.libc}.
 *
 * <p>There are two kinds of calls. <b>Hot</b> ones ({@link org.hexfuse.libc.Syscalls}, {@link org.hexfuse.libc.SocketMessage},
 * {@link org.hexfuse.libc.PollSet}) return what the system call does, or the negated errno, and neither throw nor allocate.
 * <b>Cold</b> ones throw {@link org.hexfuse.libc.LibcException}, which names the call, its object and the
 * {@link org.hexfuse.abi.Errno}.
 *
 * <p>No call is repeated here when a signal interrupts it: a hot call returns {@code -EINTR}, a cold one throws it. Only
 * {@link org.hexfuse.libc.ThreadWaker} sends signals that interrupt calls, and only to threads that asked for it.
 *
 * <p>Every descriptor is closed on {@code exec} and is owned by one {@link org.hexfuse.libc.Fd}. Everything may be called from
 * any thread unless it says otherwise; calls that may block belong on platform threads. Nothing here knows FUSE. Layouts
 * and numbers are those of 64-bit Linux on x86-64 and aarch64, where they differ by {@code SystemCallNumbers}.
 */
package org.hexfuse.libc;
