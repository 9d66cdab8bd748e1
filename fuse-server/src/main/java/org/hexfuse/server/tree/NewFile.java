package org.hexfuse.server.tree;

import java.util.Objects;

/**
 * A file that was created and opened in one operation: the result of {@link Node#create} and {@link Node#tmpfile}.
 *
 * @param child the new file
 * @param handle the open file
 */
public record NewFile(Child child, FileHandle handle) {
    /** The placeholder of a method that has deferred its reply. */
    static final NewFile DEFERRED = new NewFile(ChildEntry.DEFERRED, new FileHandle() {});

    /** Checks that there are both. */
    public NewFile {
        Objects.requireNonNull(child);
        Objects.requireNonNull(handle);
    }

    /** A file whose node is its handle, too. */
    public static NewFile of(Node node) {
        return new NewFile(node, node);
    }
}
