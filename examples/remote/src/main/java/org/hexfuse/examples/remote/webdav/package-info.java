/** A store over HTTP: a directory of a WebDAV server. Keeps nothing in memory but a page of a listing and a range of a file. */
package org.hexfuse.examples.remote.webdav;
