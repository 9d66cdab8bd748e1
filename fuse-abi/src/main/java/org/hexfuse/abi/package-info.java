/**
 * The FUSE protocol, version 7.45, as data: opcodes, structs, flag sets, notify codes, device ioctls and errno values.
 *
 * <p>Everything else in Hexfuse reads and writes messages through this package. It does no I/O, starts no thread, keeps no
 * state and depends on nothing but the JDK, so every type may be used from any thread.
 *
 * <p><b>A struct is a class of constants</b>, one per field, named after the field of the C struct:
 *
 * {@snippet :
 * int flags = OpenIn.FLAGS.get(arguments);            // the struct starts at offset 0 of the segment
 * OpenOut.FH.set(message, OutHeader.SIZE, handle);    // the struct starts at offset 16
 * AttrData.MODE.set(reply, EntryOut.ATTR.offset(), mode); // a struct within a struct
 * }
 *
 * <p>An access is one unaligned load or store in native byte order, with the segment's own bounds check, and allocates
 * nothing. Unsigned fields come as the Java type of the same width; {@code getUnsigned} widens.
 *
 * <p>The source is Linux {@code include/uapi/linux/fuse.h}; a test compares every size, offset and constant with the output
 * of a C compiler.
 */
package org.hexfuse.abi;
