package org.hexfuse.server.filter;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;

/** A filesystem that can only be read: operations that would change it are answered EROFS. */
public final class ReadOnlyFileSystem extends FilterFileSystem {
    /** A read-only view of {@code delegate}. */
    public ReadOnlyFileSystem(FuseFileSystem delegate) {
        super(delegate);
    }

    @Override protected <O extends Operation<O>> O before(O op) {
        boolean changes = switch (op) {
            case SetAttr _,MkNod _,MkDir _,SymLink _,Link _,Unlink _,RmDir _,Rename _,Create _,TmpFile _,Write _,SetXattr _,RemoveXattr _,Fallocate _,CopyFileRange _ -> true;
            case Open open -> (open.flags() & (OpenFlags.ACCMODE | OpenFlags.TRUNC)) != OpenFlags.RDONLY;
            default -> false;
        };
        if (changes) {
            throw FuseException.of(Errno.EROFS);
        }
        return op;
    }
}
