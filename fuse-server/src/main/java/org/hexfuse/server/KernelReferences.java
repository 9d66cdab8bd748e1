package org.hexfuse.server;

import java.util.List;
import java.util.Map;

/**
 * What a kernel holds of a filesystem at one moment: the session's end releases and forgets it. A kernel that has closed all
 * files and dropped its caches holds nothing, so what a test still finds here is a leak.
 *
 * @param lookups the lookup counts, by node id; the root has one only if a LOOKUP has returned it
 * @param handles the files and directories that are open
 * @param requests the requests whose handlers have not returned, each with the stack of its thread
 */
public record KernelReferences(Map<Long, Long> lookups, List<OpenHandle> handles, List<String> requests) {
    public KernelReferences {
        lookups = Map.copyOf(lookups);
        handles = List.copyOf(handles);
        requests = List.copyOf(requests);
    }

    /**
     * A file handle that was not released.
     *
     * @param node the node id
     * @param handle the file handle, as the filesystem returned it
     * @param directory whether it came from OPENDIR
     * @param opens how many opens have returned this handle for this node, less the releases
     */
    public record OpenHandle(long node, long handle, boolean directory, int opens) {}

    /** Whether nothing is held. */
    public boolean isEmpty() {
        return lookups.isEmpty() && handles.isEmpty() && requests.isEmpty();
    }
}
