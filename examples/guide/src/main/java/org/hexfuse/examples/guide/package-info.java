/** The listings of {@code docs/guide.md}, step by step. A test compares them. */
package org.hexfuse.examples.guide;
