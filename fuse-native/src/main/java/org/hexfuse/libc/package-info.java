/**
 * The only module that calls the Linux C library, through the foreign function interface. Transports and tests call it; it needs
 * {@code --enable-native-access=org.hexfuse.libc}.
 *
 * <p>There are two kinds of calls. <b>Hot</b> ones ({@link org.hexfuse.libc.Syscalls}, {@link org.hexfuse.libc.SocketMessage},
 * {@link org.hexfuse.libc.PollSet}, {@link org.hexfuse.libc.IoUring}) return the result of the system call or the negated errno; they neither throw nor
 * allocate. Those of {@link org.hexfuse.libc.AtCalls} and {@link org.hexfuse.libc.InodeCalls}, which work on descriptors in place of
 * paths, return errors in the same way, and may allocate.
 * <b>Cold</b> ones throw {@link org.hexfuse.libc.LibcException}, which names the call, its object and the
 * {@link org.hexfuse.abi.Errno}.
 *
 * <p>No call is restarted after a signal: a hot call returns {@code -EINTR}, a cold one throws it. Only
 * {@link org.hexfuse.libc.ThreadWaker} sends signals that interrupt calls, and only to threads that have registered.
 *
 * <p>Every descriptor is closed on {@code exec} and is owned by one {@link org.hexfuse.libc.Fd}. Any thread may call any method
 * unless stated otherwise; blocking calls belong on platform threads. The module does not know FUSE. Layouts and numbers are
 * those of 64-bit Linux on x86-64 and arm64; numbers that differ are in {@code SystemCallNumbers}.
 */
package org.hexfuse.libc;
