package org.hexfuse.abi;

/** Flags in {@link SetxattrIn#SETXATTR_FLAGS}. */
public enum SetxattrFlag implements Flag {
    ACL_KILL_SGID(0x1);

    private final long mask;

    SetxattrFlag(long mask) {
        this.mask = mask;
    }

    @Override public long mask() {
        return mask;
    }
}
