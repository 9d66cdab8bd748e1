package org.hexfuse.vfs;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.device.NotificationSink;

/** What the server says of itself goes to the caches. There is none of data, so nothing is stored. */
record Notifications(NodeCache nodes, PollTable polls) implements NotificationSink {
    @Override public Errno pollWakeup(long kernelHandle) {
        polls.wake(kernelHandle);
        return Errno.OK;
    }

    @Override public void ended() {
        polls.wakeAll();
    }

    @Override public Errno invalidateNode(long node, long offset, long length) {
        return known(nodes.invalidateNode(node));
    }

    @Override public Errno invalidateEntry(long parent, Name name, boolean expireOnly) {
        return known(nodes.invalidateEntry(parent, name, 0, expireOnly));
    }

    @Override public Errno delete(long parent, long child, Name name) {
        return known(nodes.invalidateEntry(parent, name, child, false));
    }

    @Override public Errno incrementEpoch() {
        nodes.nextEpoch();
        return Errno.OK;
    }

    @Override public Errno prune(long[] numbers) {
        nodes.prune(numbers);
        return Errno.OK;
    }

    private static Errno known(boolean there) {
        return there ? Errno.OK : Errno.ENOENT;
    }
}
