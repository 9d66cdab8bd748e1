/** A store in memory that does what a script says: it is slow, fails, hangs, and changes behind its clients' back. */
package org.hexfuse.examples.remote.script;
