/**
 * The threads and the memory of one session, and its end. {@link org.hexfuse.server.session.SessionLoop} puts the parts together,
 * {@code Workers} read requests and run them, with back-pressure by the bytes of
 * {@link org.hexfuse.server.session.RequestMemory}; {@code WaitLane} has the threads of SETLKW, which waits without bound;
 * {@code HoldMonitor} inspects the workers of a filesystem that blocks every millisecond, so that another one reads; {@code Watchdog}
 * looks at requests that take long. Called by {@link org.hexfuse.server.FuseServer}. Knows opcodes only to choose a
 * thread, and holds no lock while a handler runs.
 */
package org.hexfuse.server.session;
