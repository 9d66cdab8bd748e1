package org.hexfuse.abi;

/** {@code struct fuse_direntplus}: an entry in the reply of READDIRPLUS; the name follows, and padding to a multiple of 8 bytes. */
public final class DirentPlus {
    private static final Struct.Builder S = Struct.define("fuse_direntplus");
    public static final Nested ENTRY_OUT = S.struct("entry_out", EntryOut.STRUCT);
    public static final Nested DIRENT = S.struct("dirent", Dirent.STRUCT);
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private DirentPlus() {}

    /** The bytes of an entry whose name has {@code nameLength} bytes, padding included. */
    public static int recordSize(int nameLength) {
        return SIZE + nameLength + 7 & ~7;
    }
}
