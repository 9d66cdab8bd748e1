package org.hexfuse.abi;

/** {@code struct fuse_supp_groups}: the extension with the caller's supplementary groups; {@link #NR_GROUPS} ids of 4 bytes follow. */
public final class SuppGroups {
    private static final Struct.Builder S = Struct.define("fuse_supp_groups");
    public static final U32 NR_GROUPS = S.u32("nr_groups");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private SuppGroups() {}
}
