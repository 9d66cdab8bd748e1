/** The {@code hexfuse} command: mounts filesystems, and shows them without a mount. */
package org.hexfuse.command;
