package org.hexfuse.server;

/**
 * A file that was created and opened in one operation.
 *
 * @param entry the new file; the reply adds one to its lookup count
 * @param opened the open file
 */
public record Created(Entry entry, Opened opened) {}
