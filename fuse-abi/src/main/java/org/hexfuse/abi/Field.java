package org.hexfuse.abi;

/** One field of a {@link Struct}: where it lies and how wide it is. The concrete types read and write it. */
public sealed interface Field permits U16, U32, U64, I32, I64, Nested, Bytes, Reserved {
    /** The field's name in C. */
    String name();

    /** The distance in bytes from the start of the struct. */
    int offset();

    /** The width in bytes. */
    int size();
}
