/**
 * What POSIX and Linux say of file locks and of access control lists, in plain Java.
 *
 * <p>Both ends need it: a filesystem that keeps locks or lists itself, and a kernel's end that checks permissions by a list, or
 * keeps the locks of a filesystem that doesn't. So it knows nothing of either: no requests, no sessions, no files; what is
 * locked and who locks are objects of the caller's. It does no I/O and starts no thread. Only
 * {@link org.hexfuse.posix.LockTable} keeps state, and lets threads wait.
 *
 * <p>{@link org.hexfuse.posix.ReferenceCount} is what every open file of any room counts its calls with: closed at once for new
 * calls, freed with the last one in flight.
 *
 * <p>Errors are {@link org.hexfuse.abi.FuseException}s with the errno that a system call has.
 */
package org.hexfuse.posix;
