/**
 * Decorators of filesystems, each a {@link org.hexfuse.server.FilterFileSystem}: they may be wrapped around any filesystem and around one
 * another. What they add needs nothing of the filesystem and nothing of the kernel.
 *
 * {@snippet :
 * FuseFileSystem served = new ReadOnlyFileSystem(new SubdirectoryFileSystem(vault, "public"));
 * }
 */
package org.hexfuse.server.filter;
