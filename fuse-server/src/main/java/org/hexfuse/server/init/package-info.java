/**
 * INIT: which flags and limits a session has, from the kernel's offer, the filesystem's capabilities and its choices in
 * {@code init}. Called once a session, by the thread that reads the first request; {@link org.hexfuse.server.init.SessionInfo},
 * the result, is read by all. Enables nothing that this server cannot serve.
 */
package org.hexfuse.server.init;
