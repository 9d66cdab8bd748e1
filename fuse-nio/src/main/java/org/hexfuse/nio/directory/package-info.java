/** Directory streams, which read the server in pages. */
package org.hexfuse.nio.directory;
