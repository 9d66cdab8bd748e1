/** The files of any {@link java.nio.file.FileSystem}, served by FUSE. */
package org.hexfuse.nio.server;
