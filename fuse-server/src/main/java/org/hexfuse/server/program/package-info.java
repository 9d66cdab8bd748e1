/**
 * For filesystems that are programs of their own: {@link org.hexfuse.server.program.FuseProgram} is a main method with the arguments
 * that FUSE programs have taken for twenty years, so that {@code mount(8)}, {@code /etc/fstab} and scripts can run it.
 * {@link org.hexfuse.server.program.MountArguments} reads such arguments for a program with more of its own, and
 * {@link org.hexfuse.server.program.Daemon} runs a program again in the background.
 *
 * <p>Signals need no code: SIGINT, SIGTERM and SIGHUP end a JVM by its shutdown hooks, and a {@link org.hexfuse.server.Mount} has one
 * that unmounts. A program may have any number of mounts at once, each with threads of its own.
 */
package org.hexfuse.server.program;
