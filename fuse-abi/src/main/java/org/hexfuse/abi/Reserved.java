package org.hexfuse.abi;

/**
 * Bytes of a struct that carry no meaning in this version of the protocol: padding and spare fields. Writers zero them.
 *
 * @param name the field's name in C
 * @param offset the distance in bytes from the start of the struct
 * @param size the width in bytes
 */
public record Reserved(String name, int offset, int size) implements Field {}
