/**
 * What the parts of one {@link java.nio.file.FileSystem} share: its VFS, whether it is open, and what is to be closed with it. Any thread
 * may call it; it knows nothing of paths.
 */
package org.hexfuse.nio.mount;
