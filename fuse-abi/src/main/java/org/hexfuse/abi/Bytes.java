package org.hexfuse.abi;

/**
 * Bytes of a struct that another struct is laid over.
 *
 * @param name the field's name in C
 * @param offset the distance in bytes from the start of the struct
 * @param size the width in bytes
 */
public record Bytes(String name, int offset, int size) implements Field {}
