/** What the calls of {@code java.nio.file} cost on the files of a server in this process, and on those of others. */
package org.hexfuse.benchmarks.nio;
