package org.hexfuse.vfs;

import java.lang.foreign.MemorySegment;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.device.NotificationSink;
import org.hexfuse.transport.Segments;

/** What the server says of itself goes to the caches. There is none of data, so nothing is stored. */
record Notifications(DentryCache names, PollTable polls) implements NotificationSink {
    @Override public Errno pollWakeup(long kernelHandle) {
        polls.wake(kernelHandle);
        return Errno.OK;
    }

    @Override public void ended() {
        polls.wakeAll();
    }

    @Override public Errno invalidateNode(long node, long offset, long length) {
        return names.nodes.invalidate(node) ? Errno.OK : Errno.ENOENT;
    }

    @Override public Errno invalidateEntry(long parent, Name name, boolean expireOnly) {
        return names.invalidate(parent, name, 0, expireOnly);
    }

    @Override public Errno delete(long parent, long child, Name name) {
        return names.invalidate(parent, name, child, false);
    }

    @Override public Errno store(long node, long offset, Segments data) {
        return names.nodes.stored(node, offset + data.size());
    }

    @Override public long retrieve(long node, long offset, MemorySegment target) {
        Errno known = names.nodes.stored(node, 0);
        if (known != Errno.OK) {
            throw FuseException.of(known);
        }
        return 0;
    }

    @Override public Errno incrementEpoch() {
        names.nextEpoch();
        return Errno.OK;
    }

    @Override public Errno prune(long[] numbers) {
        names.prune(numbers);
        return Errno.OK;
    }
}
