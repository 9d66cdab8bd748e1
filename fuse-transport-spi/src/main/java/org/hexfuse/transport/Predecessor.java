package org.hexfuse.transport;

/**
 * A {@linkplain ServerLink#feature feature} of links whose connection comes from another process, which has answered INIT and
 * serves it until the handover is decided, see {@link Transferable}. Until {@link #succeed} the link must not be read from, and closing
 * it leaves the connection to the predecessor.
 */
public interface Predecessor {
    /** The connection to the predecessor, which the session closes. */
    HandoverStream stream();

    /** The predecessor has let go: from now on the connection is this link's, whose end disconnects the kernel. */
    void succeed();
}
