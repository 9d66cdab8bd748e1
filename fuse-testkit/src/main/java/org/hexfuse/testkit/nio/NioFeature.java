package org.hexfuse.testkit.nio;

/** Features that {@code java.nio.file} makes optional. The rest of the contract is for every provider of POSIX-like file systems. */
public enum NioFeature {
    /** {@link java.nio.file.Files#createSymbolicLink}. */
    SYMBOLIC_LINKS,
    /** {@link java.nio.file.Files#createLink}. */
    HARD_LINKS,
    /** A file without a name lives as long as a channel is open on it. */
    OPEN_FILES_WITHOUT_NAME,
    /** Files of many gibibytes that take little space. */
    SPARSE_FILES,
    /** {@code newFileChannel}. */
    FILE_CHANNELS,
    /** {@link java.nio.channels.FileChannel#map} to read, and privately. */
    MAPPED_READS,
    /** {@link java.nio.channels.FileChannel#map} for writing. */
    MAPPED_WRITES,
    /** {@link java.nio.channels.FileChannel#lock} and {@code tryLock}, with regions. */
    LOCKS,
    /** {@code newAsynchronousFileChannel}. */
    ASYNCHRONOUS_CHANNELS,
    /** An interrupt closes the channel that the interrupted thread uses. */
    INTERRUPTIBLE_CHANNELS,
    /** {@link java.nio.file.SecureDirectoryStream}. */
    SECURE_DIRECTORY_STREAMS,
    /** {@link java.nio.file.StandardCopyOption#ATOMIC_MOVE}. */
    ATOMIC_MOVE,
    /** {@link java.nio.file.attribute.BasicFileAttributes#fileKey}. */
    FILE_KEYS,
    /** The attribute view "posix". */
    POSIX_ATTRIBUTES,
    /** The attribute view "owner". */
    OWNERS,
    /** The owner and the group of a file can be any. */
    CHANGING_OWNERS,
    /** The attributes "unix:...". */
    UNIX_ATTRIBUTES,
    /** The attribute view "user". */
    USER_ATTRIBUTES,
    /** The attribute view "acl". */
    ACCESS_LISTS,
    /** Times that keep nanoseconds. */
    NANOSECONDS,
    /** Reading a file changes its time of last access, or may be set to. */
    ACCESS_TIMES,
    /** {@link java.nio.file.FileStore} with its space. */
    FILE_STORES,
    /** {@link java.nio.file.FileSystem#newWatchService}. */
    WATCH_SERVICES,
    /** Names of any character. */
    UNICODE_NAMES,
    /** Names of any bytes, which {@link java.nio.file.Path#toUri} and its inverse keep as escaped octets. */
    NAMES_OF_ANY_BYTES,
    /** Names have at most 255 bytes. */
    NAMES_OF_255_BYTES,
    /** A {@link java.nio.file.FileSystem} that can be closed. */
    CLOSING
}
