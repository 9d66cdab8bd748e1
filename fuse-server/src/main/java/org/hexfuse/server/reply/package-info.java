/**
 * The replies of the API as writers: data and directory entries go straight into a slot's memory, the values that handlers return
 * become the structs of the negotiated protocol version. Called by the dispatcher and by handlers, by one thread at a time. Never
 * commits a slot, and never writes beyond the room that the request has for its reply.
 */
package org.hexfuse.server.reply;
