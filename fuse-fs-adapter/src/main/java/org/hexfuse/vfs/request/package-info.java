/**
 * The messages: argument structs that are filled in ({@code SetattrArguments}, {@code CreationContext}), replies that are parsed and
 * checked ({@code ReplyDecoder}), and the opcodes to which the server has replied ENOSYS ({@code UnsupportedOpcodes}).
 *
 * <p>The packages that send requests call it, on the thread of the caller; {@code UnsupportedOpcodes} is for any thread.
 *
 * <p>It never sends a request and caches nothing but ENOSYS. A reply that violates the protocol is EIO.
 */
package org.hexfuse.vfs.request;
