/**
 * From a request to the method of the filesystem, and from its result to the reply: {@link org.hexfuse.server.dispatch.Dispatcher}
 * switches by opcode, {@link org.hexfuse.server.dispatch.Exchange} is one request in flight and commits its reply, once,
 * {@link org.hexfuse.server.dispatch.InFlight} finds requests for an INTERRUPT and {@link org.hexfuse.server.dispatch.Failures}
 * maps exceptions to errnos. {@link org.hexfuse.server.dispatch.SessionObserver} passes what happens to listeners, the panic handler and
 * the trace of one session; {@code RequestReport} reports one request there, once when it starts and once when it is answered. Runs on the threads of {@code session}. Starts no thread, and nothing that a filesystem throws leaves it.
 */
package org.hexfuse.server.dispatch;
