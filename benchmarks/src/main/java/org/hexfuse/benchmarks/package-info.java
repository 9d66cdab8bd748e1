/** What a request costs within one process. */
package org.hexfuse.benchmarks;
