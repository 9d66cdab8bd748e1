package org.hexfuse.vfs.notify;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.transport.Segments;
import org.hexfuse.vfs.cache.DentryCache;
import org.hexfuse.vfs.page.FilePages;

/** Applies the server's notifications to the caches. Without a page cache STORE stores and RETRIEVE retrieves no data. */
public record NotificationHandler(DentryCache dentries, PollTable polls) implements NotificationSink {
    @Override public Errno pollWakeup(long kernelHandle) {
        polls.wake(kernelHandle);
        return Errno.OK;
    }

    @Override public void ended() {
        polls.wakeAll();
    }

    @Override public Errno invalidateNode(long node, long offset, long length) {
        boolean cached = dentries.inodes().invalidate(node, offset >= 0);
        FilePages pages = dentries.inodes().pages(node);
        if (pages != null && offset >= 0) {
            // Dirty pages stay: they are newer than what the server has.
            pages.drop(offset, length <= 0 || length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length);
        }
        dentries.changed(node);
        return cached ? Errno.OK : Errno.ENOENT;
    }

    @Override public Errno invalidateEntry(long parent, Name name, boolean expireOnly) {
        return dentries.invalidate(parent, name, 0, expireOnly);
    }

    @Override public Errno delete(long parent, long child, Name name) {
        return dentries.invalidate(parent, name, child, false);
    }

    @Override public Errno store(long node, long offset, Segments data) {
        Errno stored = dentries.inodes().stored(node, offset + data.size());
        FilePages pages = dentries.inodes().pages(node);
        if (stored == Errno.OK && pages != null) {
            pages.updates().store(offset, data, dentries.inodes().size(node));
        }
        dentries.changed(node);
        return stored;
    }

    @Override public long retrieve(long node, long offset, MemorySegment target) {
        Errno found = dentries.inodes().stored(node, 0);
        if (found != Errno.OK) {
            throw FuseException.of(found);
        }
        FilePages pages = dentries.inodes().pages(node);
        long length = Math.min(target.byteSize(), dentries.inodes().size(node) - offset);
        return pages == null || length <= 0 ? 0 : pages.read(target, 0, offset, length);
    }

    @Override public Errno incrementEpoch() {
        dentries.nextEpoch();
        return Errno.OK;
    }

    @Override public Errno prune(long[] numbers) {
        dentries.prune(numbers);
        return Errno.OK;
    }
}
