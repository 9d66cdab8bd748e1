package org.hexfuse.transport;

/**
 * Reads requests on the threads of their callers, before they are queued, see {@link DeviceHandle#inlineReader}: what a transport
 * that is {@link CallerDriven} gives to the device. Any number of threads call it at once, and nested where a filesystem calls into
 * itself.
 */
@FunctionalInterface public interface InlineReader {
    /**
     * Takes a request from a handle, by {@link DeviceHandle#take(CallerRequest, long)}, and has the server run it. Must not throw.
     *
     * @return false if no handle let it be taken; the request is then queued
     */
    boolean read(CallerRequest request);
}
