/**
 * The operations of the API as views of a request: one class a kind, which reads and replaces fields of the argument struct and
 * names. The dispatcher keeps one of each for an exchange, so that a request costs no object; the factories of the API make others.
 * Used by handlers, on any thread while the request is theirs. A view never writes a reply and holds nothing but its request.
 */
package org.hexfuse.server.operation;
