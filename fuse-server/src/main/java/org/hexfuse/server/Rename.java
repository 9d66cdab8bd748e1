package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.Rename2In;
import org.hexfuse.abi.RenameIn;

/** RENAME and RENAME2: moves a name from the directory {@link #node} to another, or the same, directory. */
public final class Rename extends Operation {
    /** The target must not exist: EEXIST. */
    public static final int NOREPLACE = 1;
    /** Source and target exist and change places. */
    public static final int EXCHANGE = 2;
    /** A whiteout, a character device 0:0, takes the place of the source. */
    public static final int WHITEOUT = 4;

    Rename() {}

    /** The name that is moved. */
    public Name name() {
        return nameAt(0);
    }

    /** The directory that it is moved to. */
    public long targetDirectory() {
        return isRename2() ? Rename2In.NEWDIR.get(arguments()) : RenameIn.NEWDIR.get(arguments());
    }

    /** What it is called there. */
    public Name targetName() {
        return nameAt(1);
    }

    /** {@link #NOREPLACE}, {@link #EXCHANGE}, {@link #WHITEOUT}, or 0: a target that exists is replaced. */
    public int flags() {
        return isRename2() ? Rename2In.FLAGS.get(arguments()) : 0;
    }

    private boolean isRename2() { return slot().opcode() == Opcode.RENAME2.code(); }
}
