/**
 * The request that an operation is a view of: sent by a kernel ({@code dispatch.Exchange}), made by hand
 * ({@link org.hexfuse.server.request.HandmadeRequest}), or another request with some parts replaced
 * ({@link org.hexfuse.server.request.ForwardingRequest}). Knows the layout of headers and extensions, and no argument struct;
 * only {@link org.hexfuse.server.request.WireTrace}, which prints messages, decodes all of them. Called by the views, on the handler's thread or any thread that the handler passes an operation to. Never commits a slot.
 */
package org.hexfuse.server.request;
