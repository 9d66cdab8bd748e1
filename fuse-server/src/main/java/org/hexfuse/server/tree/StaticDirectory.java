package org.hexfuse.server.tree;

import java.time.Instant;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.GetAttr;

/** A directory that anyone may list, with the children that a program has added; callers cannot change it. */
public class StaticDirectory extends Node {
    private final Attr attr = Attr.of(FileType.DIRECTORY, 0555).times(Instant.now()).build();

    /** Without children. */
    public StaticDirectory() {
        super(FileType.DIRECTORY);
    }

    /** Adds a child, as {@link #addChild} does, and returns this directory. */
    public final StaticDirectory with(String name, Node child) {
        addChild(Name.of(name), child);
        return this;
    }

    @Override public Attr getattr(GetAttr op) {
        return attr.toBuilder().nlink(nlink()).build();
    }
}
