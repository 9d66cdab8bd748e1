/** A kernel for tests and the contracts of the ports. */
package org.hexfuse.testkit;
