package org.hexfuse.vfs;

import org.hexfuse.vfs.path.PathWalk;

/** An open directory in which walks begin. */
@FunctionalInterface interface WalkStart {
    /** Lets a walk begin here; EBADF if it is closed. */
    void enter(PathWalk walk);
}
