package org.hexfuse.testkit.tree;

import org.hexfuse.abi.FileType;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Create;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Link;
import org.hexfuse.server.MkDir;
import org.hexfuse.server.Rename;
import org.hexfuse.server.RmDir;
import org.hexfuse.server.Unlink;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.NewFile;
import org.hexfuse.server.tree.Node;

/** A directory that keeps its children and permits everything. */
class Folder extends Node {
    Folder() {
        super(FileType.DIRECTORY);
    }

    @Override public boolean keepsChildren() {
        return true;
    }

    @Override public Attr getattr(GetAttr op) {
        return Attr.of(FileType.DIRECTORY, 0755).nlink(nlink()).build();
    }

    @Override public NewFile create(Create op) {
        return NewFile.of(new Text(""));
    }

    @Override public Child mkdir(MkDir op) {
        return new Folder();
    }

    @Override public void link(Link op, Node target) {}

    @Override public void unlink(Unlink op) {}

    @Override public void rmdir(RmDir op) {}

    @Override public void rename(Rename op, Node directory) {}
}
