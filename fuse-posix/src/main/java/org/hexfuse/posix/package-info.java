/**
 * POSIX and Linux semantics that both ends need, in plain Java: file locks, access control lists, the constants of system calls,
 * the quotes of a shell.
 *
 * <p>A filesystem uses it to implement locks and lists; a kernel end uses it to check permissions by a list and to keep the
 * locks of a filesystem without them. It depends on neither: there are no requests, sessions or files, and the keys of locks
 * and lock owners are the caller's. It does no I/O and starts no thread. Only {@link org.hexfuse.posix.LockTable} keeps state
 * and blocks threads.
 *
 * <p>{@link org.hexfuse.posix.ReferenceCount} counts the calls on an open file, so that closing rejects new calls at once and
 * frees the file with the last call in flight.
 *
 * <p>Errors are {@link org.hexfuse.abi.FuseException}s with the errno of the system call.
 */
package org.hexfuse.posix;
