/** The smallest filesystem worth mounting: one file that says hello. */
package org.hexfuse.examples.hello;
