/** Filesystems of node objects: an author subclasses {@link org.hexfuse.server.tree.Node}, the framework has ids, counts and handles. */
package org.hexfuse.server.tree;
