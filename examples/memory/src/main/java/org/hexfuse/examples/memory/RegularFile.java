package org.hexfuse.examples.memory;

import org.hexfuse.posix.Timespec;

/** A regular file: its content, with updates of times and clearing of privileges. */
final class RegularFile extends Inode {
    private final FileContent content;

    RegularFile(Birth birth) {
        super(birth, 1);
        this.content = new FileContent(birth.space());
    }

    /** The content, for calls that change no times. */
    FileContent content() {
        return content;
    }

    @Override long size() {
        return content.size();
    }

    @Override long allocated() {
        return content.allocated();
    }

    @Override void truncate(long size) {
        content.truncate(size);
    }

    @Override void discardContent() {
        content.discard();
    }

    /** Writes as {@link FileContent#write}. */
    int write(long offset, int length, ByteSource source, boolean dropsPrivileges, Timespec now) {
        return wrote(content.write(offset, length, source), dropsPrivileges, now);
    }

    /** Writes as {@link FileContent#append}. */
    int append(int length, ByteSource source, boolean dropsPrivileges, Timespec now) {
        return wrote(content.append(length, source), dropsPrivileges, now);
    }

    private int wrote(int length, boolean dropsPrivileges, Timespec now) {
        if (length > 0) {
            modified(now, dropsPrivileges);
        }
        return length;
    }
}
