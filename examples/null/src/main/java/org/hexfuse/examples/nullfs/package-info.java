/**
 * {@code null:} has each name as one regular file of 1 GiB, reads zeros and discards what is written. Nothing is cached: what is measured
 * on it is the cost of requests, without that of files.
 */
package org.hexfuse.examples.nullfs;
