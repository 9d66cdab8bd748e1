/** A filesystem in memory on the path API: a sorted map of paths, in one file. */
package org.hexfuse.examples.path;
