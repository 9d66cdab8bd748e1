/**
 * What lies between a filesystem and a slow store, and knows no FUSE. {@link org.hexfuse.examples.remote.cache.CachedStore} has the caches
 * of items and blocks, {@link org.hexfuse.examples.remote.cache.CachedFile} the content of a file and the
 * {@link org.hexfuse.examples.remote.cache.Draft} of what was written to it. {@link org.hexfuse.examples.remote.cache.Calls} limits the
 * time, the number and the attempts of calls, and {@link org.hexfuse.examples.remote.cache.SharedCache} has concurrent readers share one.
 */
package org.hexfuse.examples.remote.cache;
