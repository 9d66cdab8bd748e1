/** What a kind of filesystem implements to be found by its scheme. */
package org.hexfuse.server.spi;
