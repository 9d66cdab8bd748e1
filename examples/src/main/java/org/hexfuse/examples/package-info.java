/** Example filesystems and the hexfuse command. */
package org.hexfuse.examples;
