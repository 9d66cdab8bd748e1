package org.hexfuse.examples.guide;

import java.util.Arrays;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.*;
import org.hexfuse.server.tree.*;

/** Directories and files in memory, which callers create, write, rename and remove. */
public final class Notes extends TreeFileSystem {
    public Notes() {
        super(new Directory(Attr.ofNew(FileType.DIRECTORY.mode() | 0755, StatFs.of(ROOT), Attr.directory(0)).build()));
    }

    @Override public boolean kernelChecksPermissions() {
        return true;
    }

    /** What directories and files have in common: attributes. */
    private abstract static class Note extends Node {
        Attr attr;

        Note(Attr attr) {
            super(FileType.ofMode(attr.mode()).orElseThrow());
            this.attr = attr;
        }

        @Override public synchronized Attr getattr(GetAttr op) {
            return attr.toBuilder().nlink(nlink()).build();
        }

        @Override public synchronized Attr setattr(SetAttr op) {
            attr = op.applyTo(attr, Timespec.now());
            return getattr(GetAttr.of(id()));
        }
    }

    /** A directory, whose children the framework keeps. */
    private static final class Directory extends Note {
        Directory(Attr attr) {
            super(attr);
        }

        @Override public boolean keepsChildren() {
            return true;
        }

        @Override public synchronized Child mkdir(MkDir op) {
            return new Directory(Attr.ofNew(FileType.DIRECTORY.mode() | op.mode(), op, attr).build());
        }

        @Override public synchronized NewFile create(Create op) {
            return NewFile.of(new File(Attr.ofNew(op.mode(), op, attr).build()));
        }

        @Override public void unlink(Unlink op) {}

        @Override public void rmdir(RmDir op) {}

        @Override public void rename(Rename op, Node directory) {}
    }

    /** A file. It is its own handle: whoever opens it reads and writes the same bytes. */
    private static final class File extends Note {
        private static final int MOST = 1 << 20;
        private byte[] content = {};

        File(Attr attr) {
            super(attr);
        }

        @Override public synchronized void read(Read op, DataReply out) {
            out.writeSlice(content, op.offset());
        }

        @Override public synchronized int write(Write op) {
            long end = op.offset() + op.size();
            if (end > content.length) {
                resize(end);
            }
            op.data().copyTo(0, content, (int) op.offset(), op.size());
            attr = attr.toBuilder().mtime(Timespec.now()).build();
            return op.size();
        }

        @Override public synchronized Attr setattr(SetAttr op) {
            op.size().ifPresent(this::resize);
            return super.setattr(op);
        }

        private void resize(long size) {
            if (size > MOST) {
                throw FuseException.of(Errno.EFBIG);
            }
            content = Arrays.copyOf(content, (int) size);
            attr = attr.toBuilder().resize(size).build();
        }
    }
}
