package org.hexfuse.transport;

/**
 * Runs requests on the threads of their callers, see {@link DeviceHandle#driver}. Any number of threads call it at once, and
 * nested where a filesystem calls into itself.
 */
@FunctionalInterface public interface CallerDriver {
    /**
     * Takes a request from a handle, by {@link DeviceHandle#take(CallerRequest, long)}, and runs it. Must not throw.
     *
     * @return false if the handle did not let it be taken; the request is then queued
     */
    boolean run(CallerRequest request);
}
