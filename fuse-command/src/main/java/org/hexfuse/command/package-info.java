/** The {@code hexfuse} command: mounts and serves filesystems, and a shell that uses them without a mount. */
package org.hexfuse.command;
