package org.hexfuse.transport;

/**
 * A {@linkplain KernelLink#feature feature} of links that started their server as a process: what is known of that process, for the
 * message of an INIT that failed.
 *
 * @param text such as {@code sshfs has exited with status 1; it wrote: read: Connection reset by peer}; one line, without control
 *        characters
 */
public record ServerReport(String text) {}
