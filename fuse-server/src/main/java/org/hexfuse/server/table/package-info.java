/**
 * The references that the kernel of a session holds: lookup counts of nodes and open handles, counted when replies grant them and
 * released towards the filesystem at the session's end, once. Called by the dispatcher and the session's end, on any thread. Calls
 * {@code forget} and {@code release} of the filesystem without holding a lock.
 */
package org.hexfuse.server.table;
