package org.hexfuse.server;

/**
 * A file that was made and opened at once.
 *
 * @param entry the new file; it counts as looked up once
 * @param opened the open file
 */
public record Created(Entry entry, Opened opened) {}
