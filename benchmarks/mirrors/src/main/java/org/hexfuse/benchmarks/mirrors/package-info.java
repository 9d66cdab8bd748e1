/** Mirrors of a directory by other FUSE libraries for Java, which {@code benchmarks/mount/mirrors} measures beside {@code passthrough:}. */
package org.hexfuse.benchmarks.mirrors;
