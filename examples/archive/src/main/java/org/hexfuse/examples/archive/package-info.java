/**
 * The members of a zip or tar archive as files, read-only: {@code archive:FILE}.
 *
 * <p>{@link org.hexfuse.examples.archive.ArchiveFileSystem} is a tree of nodes that keep their children, made once from the list of
 * members. Members that the archive stores as they are, those of a tar and stored ones of a zip, are read at any offset without
 * what lies before; a compressed member is decompressed from its start, by a stream that goes on where the last read ended. A
 * compressed tar is decompressed once, into an unnamed temporary file.
 *
 * <p>A member whose path leads out of the archive, or through a member that is no directory, is left out and logged. Of members with one
 * path the last counts, as for {@code tar -x}. Inode numbers are the members' places in the archive: they are the same each
 * time it is mounted.
 */
package org.hexfuse.examples.archive;
