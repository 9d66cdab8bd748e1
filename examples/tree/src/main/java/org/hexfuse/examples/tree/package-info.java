/** A filesystem in memory on the tree API: directories, files, links, special files, renames and locks in one file. */
package org.hexfuse.examples.tree;
