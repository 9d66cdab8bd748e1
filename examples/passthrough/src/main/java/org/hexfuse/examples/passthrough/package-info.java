/**
 * A directory of the machine, mirrored: {@code passthrough:/directory}. Made to be used as it is, and to be built on:
 * {@link org.hexfuse.examples.passthrough.PassthroughNode} is a file whose operations can be overridden one by one, as go-fuse's
 * {@code LoopbackNode}.
 */
package org.hexfuse.examples.passthrough;
