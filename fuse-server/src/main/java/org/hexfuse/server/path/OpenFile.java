package org.hexfuse.server.path;

import java.io.IOException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.SetAttr;
import org.hexfuse.server.tree.FileHandle;

/**
 * An open file that needs no path: it has the attributes, too, and so goes on to be used when its last name was removed. A file that
 * is open otherwise is renamed instead of removed, until it is closed.
 */
public interface OpenFile extends FileHandle {
    /** The attributes, when the file has no path any more; with the same {@link Attr#ino} as by its path. */
    Attr getattr(GetAttr op) throws IOException, InterruptedException;

    /** Sets attributes, when the file has no path any more. */
    Attr setattr(SetAttr op) throws IOException, InterruptedException;
}
