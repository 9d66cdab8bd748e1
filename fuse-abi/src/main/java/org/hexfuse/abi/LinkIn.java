package org.hexfuse.abi;

/** {@code struct fuse_link_in}: arguments of LINK; the new name follows. */
public final class LinkIn {
    private static final Struct.Builder S = Struct.define("fuse_link_in");
    public static final U64 OLDNODEID = S.u64("oldnodeid");
    public static final Struct STRUCT = S.build();
    public static final int SIZE = STRUCT.size();

    private LinkIn() {}
}
