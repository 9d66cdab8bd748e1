package org.hexfuse.server;

import org.hexfuse.abi.Name;
import org.hexfuse.abi.Opcode;
import org.hexfuse.server.operation.RenameView;

/** RENAME and RENAME2: moves a name from the directory {@link #node} to another directory, or within it. */
public non-sealed interface Rename extends Operation<Rename>, Deferrable<Rename, Void> {
    /** The target must not exist: EEXIST. */
    int NOREPLACE = 1;
    /** Source and target exist and are exchanged. */
    int EXCHANGE = 2;
    /** A whiteout, a character device 0:0, takes the place of the source. */
    int WHITEOUT = 4;

    /** An operation made by hand, without flags. */
    static Rename of(long node, Name name, long targetDirectory, Name targetName) {
        return new RenameView(Opcode.RENAME2, node).withAll(targetDirectory, name, targetName);
    }

    /** The name to move. */
    Name name();

    /** The directory to move it to. */
    long targetDirectory();

    /** The name in that directory. */
    Name targetName();

    /** {@link #NOREPLACE}, {@link #EXCHANGE}, {@link #WHITEOUT}, or 0: an existing target is replaced. */
    int flags();

    /** The same operation with another name to move. */
    Rename withName(Name name);

    /** The same operation with another target. */
    Rename withTarget(long directory, Name name);

    /** The same operation with other flags. */
    Rename withFlags(int flags);
}
