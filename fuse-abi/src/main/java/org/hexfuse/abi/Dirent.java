package org.hexfuse.abi;

/** {@code struct fuse_dirent}: an entry in the reply of READDIR; the name follows, and padding to a multiple of 8 bytes. */
public final class Dirent {
    private static final Struct.Builder S = Struct.define("fuse_dirent");
    public static final U64 INO = S.u64("ino");
    public static final U64 OFF = S.u64("off");
    public static final U32 NAMELEN = S.u32("namelen");
    public static final U32 TYPE = S.u32("type");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private Dirent() {}

    /** The bytes of an entry whose name has {@code nameLength} bytes, padding included. */
    public static int recordSize(int nameLength) {
        return SIZE + nameLength + 7 & ~7;
    }
}
