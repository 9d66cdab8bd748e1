package org.hexfuse.posix;

/** The flags of {@code setxattr(2)} ({@code XATTR_CREATE} ...). */
public final class XattrFlags {
    /** Fails with EEXIST if the attribute exists. */
    public static final int CREATE = 1;
    /** Fails with ENODATA if the attribute does not exist. */
    public static final int REPLACE = 2;

    private XattrFlags() {}
}
