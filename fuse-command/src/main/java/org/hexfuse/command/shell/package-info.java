/** The shell on a filesystem that is not mounted. */
package org.hexfuse.command.shell;
