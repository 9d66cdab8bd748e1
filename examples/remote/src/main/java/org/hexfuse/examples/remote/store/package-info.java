/** The port to a remote store: {@link org.hexfuse.examples.remote.store.Store} and its values. Knows neither FUSE nor a protocol. */
package org.hexfuse.examples.remote.store;
