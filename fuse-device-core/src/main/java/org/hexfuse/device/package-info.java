/** The kernel's end: connection, device handles, queues. */
package org.hexfuse.device;
