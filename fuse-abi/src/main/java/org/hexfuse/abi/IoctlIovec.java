package org.hexfuse.abi;

/** {@code struct fuse_ioctl_iovec}: one range of the caller's memory, in a reply of IOCTL that asks to be tried again. */
public final class IoctlIovec {
    private static final Struct.Builder S = Struct.define("fuse_ioctl_iovec");
    public static final U64 BASE = S.u64("base");
    public static final U64 LEN = S.u64("len");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private IoctlIovec() {}
}
