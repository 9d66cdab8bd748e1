package org.hexfuse.server.tree;

import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.ReadLink;

/** A symbolic link whose target never changes. */
public final class StaticSymlink extends Node {
    private final Name target;

    /** A link to {@code target}. */
    public StaticSymlink(Name target) {
        super(FileType.SYMLINK);
        this.target = target;
    }

    /** A link to {@code target}. */
    public StaticSymlink(String target) {
        this(Name.of(target));
    }

    @Override public Attr getattr(GetAttr op) {
        return Attr.symlink(target.length());
    }

    @Override public Name readlink(ReadLink op) {
        return target;
    }
}
