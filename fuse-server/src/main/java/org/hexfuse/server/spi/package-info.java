/** Implemented by plugins: a provider makes filesystems of one kind, and is found by the scheme of an address. */
package org.hexfuse.server.spi;
