/** Filesystems whose operations have paths, on top of the tree. */
package org.hexfuse.server.path;
