/** Attributes and their views, and the users and groups of this machine. */
package org.hexfuse.nio.attribute;
