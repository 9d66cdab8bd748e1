/** The server's end: sessions, dispatch, the filesystem author's interface. */
package org.hexfuse.server;
