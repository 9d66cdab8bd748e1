/**
 * The messages of a handover between two processes: requests, answers and the state of a session, over a
 * {@link org.hexfuse.transport.HandoverStream}, and the sections and names that the state of {@code tree}, {@code path} and {@code filter} is made of. Used by {@code session} and these, by one thread a handover. What a peer sends is never trusted:
 * texts are bounded, the state comes in pieces of bounded size, and no number that was received sizes memory.
 *
 * <pre>
 * predecessor                                  successor
 *               &lt;--- magic, version, format ---
 *               --- ACCEPT, or REFUSE and why --->
 * (stops reading)
 *               --- the state, in pieces ------->
 *                                              (restores)
 *               &lt;--- ACCEPT, or REFUSE and why -
 *               --- ACCEPT --------------------->
 *               &lt;--- ACCEPT ------------------- from here on the mount is the successor's
 *                                              (RESEND; reads)
 *               &lt;--- ACCEPT -------------------
 * (closes its descriptors, and the stream)
 * </pre>
 */
package org.hexfuse.server.handover;
