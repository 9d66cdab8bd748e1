package org.hexfuse.abi;

/** Constants of the protocol outside of its structs. */
public final class Protocol {
    /** The major version. */
    public static final int MAJOR = 7;
    /** The minor version. */
    public static final int MINOR = 45;

    /**
     * The minor version from which on a kernel releases what CREATE opened even if it was answered ENOSYS to OPEN. Source: Linux 6.9,
     * {@code fs/fuse/file.c}, {@code fuse_file_put}; earlier ones check {@code no_open} there.
     */
    public static final int RELEASES_CREATED = 40;
    /** The node id of the root. */
    public static final long ROOT_ID = 1;
    /** The smallest buffer for requests, in bytes: FUSE_MIN_READ_BUFFER. */
    public static final int MIN_READ_BUFFER = 8192;
    /** In {@link InHeader#UNIQUE} of an INTERRUPT: the unique of the interrupted request, plus this. */
    public static final long UNIQUE_INTERRUPT = 1;
    /** In {@link InHeader#UNIQUE}: the request is resent. */
    public static final long UNIQUE_RESEND = 1L << 63;
    /** A user or group id that cannot be mapped for the server. */
    public static final int INVALID_UIDGID = -1;
    /** An unknown inode number in a directory entry. */
    public static final long UNKNOWN_INO = 0xFFFFFFFFL;
    /** The longest list of ranges in an IOCTL. */
    public static final int IOCTL_MAX_IOV = 256;
    /** The longest reply to CUSE_INIT, in bytes. */
    public static final int CUSE_INIT_INFO_MAX = 4096;
    /** {@link ExtHeader#TYPE}: up to this number of security contexts. */
    public static final int MAX_NR_SECCTX = 31;
    /** {@link ExtHeader#TYPE}: {@link SuppGroups}. */
    public static final int EXT_GROUPS = 32;
    /** The unit of {@link InHeader#TOTAL_EXTLEN}, and the alignment of each extension, in bytes. */
    public static final int EXTENSION_UNIT = 8;
    /** An OPCODE that a kernel of the other byte order sends for INIT. */
    public static final int INIT_BSWAP_RESERVED = 26 << 24;
    /** An OPCODE that a kernel of the other byte order sends for CUSE_INIT. */
    public static final int CUSE_INIT_BSWAP_RESERVED = 16 << 16;

    private Protocol() {}
}
