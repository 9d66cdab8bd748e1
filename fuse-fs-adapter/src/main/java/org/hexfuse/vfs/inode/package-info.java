/**
 * System calls on one inode, for one user: attributes ({@code NodeRequests}, {@code AttributeChanges}), extended attributes
 * ({@code Xattrs}), whether they are permitted ({@code Permissions}, {@code AccessLists}), and what a change removes from the file
 * ({@code FilePrivileges}).
 *
 * <p>{@code Vfs}, path walks and open files call it, on the thread of the caller, which blocks until the server replies. The caller
 * holds a reference to the inode; an inode that is returned comes with a reference for the caller.
 *
 * <p>It never creates or removes a name and knows no open file but by its file handle.
 */
package org.hexfuse.vfs.inode;
