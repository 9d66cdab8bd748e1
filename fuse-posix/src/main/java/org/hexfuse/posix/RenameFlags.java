package org.hexfuse.posix;

/** The flags of {@code renameat2(2)} ({@code RENAME_NOREPLACE} ...). */
public final class RenameFlags {
    /** Fails with EEXIST if the new name exists. */
    public static final int NOREPLACE = 1;
    /** Exchanges the two names. */
    public static final int EXCHANGE = 2;
    /** Leaves a whiteout at the old name. */
    public static final int WHITEOUT = 4;

    private RenameFlags() {}
}
