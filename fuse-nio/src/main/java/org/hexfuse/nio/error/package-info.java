/** The exceptions of {@code java.nio.file} for the errnos of a server. */
package org.hexfuse.nio.error;
