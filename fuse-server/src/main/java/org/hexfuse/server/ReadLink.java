package org.hexfuse.server;

/** READLINK: asks for the target of the symbolic link {@link #node}. */
public final class ReadLink extends Operation {
    ReadLink() {}
}
