/** Opening, copying and moving files. */
package org.hexfuse.nio.file;
