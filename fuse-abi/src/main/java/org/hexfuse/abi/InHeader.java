package org.hexfuse.abi;

/** {@code struct fuse_in_header}: the header of every request. */
public final class InHeader {
    private static final Struct.Builder S = Struct.define("fuse_in_header");
    /** The length in bytes of the whole request, this header included. */
    public static final U32 LEN = S.u32("len");
    /** The operation. */
    public static final U32 OPCODE = S.u32("opcode");
    /** Identifies the request until its reply; bit 0 marks an interrupt, bit 63 a resent request. */
    public static final U64 UNIQUE = S.u64("unique");
    public static final U64 NODEID = S.u64("nodeid");
    public static final U32 UID = S.u32("uid");
    public static final U32 GID = S.u32("gid");
    public static final U32 PID = S.u32("pid");
    /** The length of the extensions after the arguments, in units of 8 bytes. */
    public static final U16 TOTAL_EXTLEN = S.u16("total_extlen");
    public static final Struct STRUCT = S.reserved("padding", 2).build();
    public static final int SIZE = STRUCT.size();

    private InHeader() {}
}
