package org.hexfuse.abi;

/** {@code struct fuse_entry_out}: reply of LOOKUP, SYMLINK, MKNOD, MKDIR, LINK, and the first part of that of CREATE and TMPFILE. */
public final class EntryOut {
    private static final Struct.Builder S = Struct.define("fuse_entry_out");
    public static final U64 NODEID = S.u64("nodeid");
    public static final U64 GENERATION = S.u64("generation");
    public static final U64 ENTRY_VALID = S.u64("entry_valid");
    public static final U64 ATTR_VALID = S.u64("attr_valid");
    public static final U32 ENTRY_VALID_NSEC = S.u32("entry_valid_nsec");
    public static final U32 ATTR_VALID_NSEC = S.u32("attr_valid_nsec");
    public static final Nested ATTR = S.struct("attr", AttrData.STRUCT);
    public static final Struct STRUCT = S.before(9, 120).build();
    public static final int SIZE = STRUCT.size();

    private EntryOut() {}
}
