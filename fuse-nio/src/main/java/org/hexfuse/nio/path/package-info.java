/** Paths: their text, arithmetic, URIs and patterns. No method but {@code toRealPath} and {@code register} sends a request. */
package org.hexfuse.nio.path;
