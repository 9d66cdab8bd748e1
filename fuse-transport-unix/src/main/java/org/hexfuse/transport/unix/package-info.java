/** Unix domain sockets. */
package org.hexfuse.transport.unix;
