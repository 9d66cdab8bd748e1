package org.hexfuse.abi;

/** {@code struct fuse_file_lock}: a range lock: its first and last byte, both included, its type and its owner. */
public final class FileLock {
    private static final Struct.Builder S = Struct.define("fuse_file_lock");
    public static final U64 START = S.u64("start");
    public static final U64 END = S.u64("end");
    public static final U32 TYPE = S.u32("type");
    public static final U32 PID = S.u32("pid");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private FileLock() {}
}
