/**
 * Drills: each does to a server, a mount or a kernel's end what has broken one, and states what must hold. A victim is a process
 * of its own, {@link org.hexfuse.drills.Victim}, so that its heap can be small, its log be counted and its end be awaited. What a
 * drill mounts it unmounts, also when it fails.
 */
package org.hexfuse.drills;
