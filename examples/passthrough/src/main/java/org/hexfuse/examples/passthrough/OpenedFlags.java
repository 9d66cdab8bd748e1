package org.hexfuse.examples.passthrough;

import org.hexfuse.libc.ProcessIds;
import org.hexfuse.posix.OpenFlags;

/** The flags that a file is opened with here, for those of a kernel. */
final class OpenedFlags {
    /** The others are the kernel's own affair, or none of an existing file. */
    private static final int PASSED = OpenFlags.ACCMODE | OpenFlags.APPEND | OpenFlags.TRUNC | OpenFlags.NONBLOCK
            | OpenFlags.SYNC | OpenFlags.NOATIME | OpenFlags.DIRECT;
    private static final int FOR_THE_OWNER = ProcessIds.euid() == 0 ? 0 : OpenFlags.NOATIME;

    private OpenedFlags() {}

    static int of(int requested, PassthroughOptions options) {
        int flags = requested & PASSED & ~FOR_THE_OWNER & (options.direct() ? -1 : ~OpenFlags.DIRECT);
        if (options.writeback()) {
            // The kernel reads pages to write parts of them, and has appended itself.
            int access = (flags & OpenFlags.ACCMODE) == OpenFlags.WRONLY ? OpenFlags.RDWR : flags & OpenFlags.ACCMODE;
            flags = (flags & ~(OpenFlags.ACCMODE | OpenFlags.APPEND)) | access;
        }
        return flags;
    }
}
