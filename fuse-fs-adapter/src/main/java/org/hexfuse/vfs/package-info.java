/** A virtual filesystem switch on top of the device. */
package org.hexfuse.vfs;
