/** The files of a FUSE server as a {@link java.nio.file.FileSystem}, without a mount. */
package org.hexfuse.nio;
