package org.hexfuse.server.tree;

import java.util.Objects;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.Protocol;

/**
 * A name in the listing of a directory.
 *
 * @param name neither {@code .} nor {@code ..}, which the framework adds
 * @param type the file type
 * @param ino the inode number, as {@link Node#ino} has it
 */
public record Listed(Name name, FileType type, long ino) {
    /** Checks that there is a name, a type and a number. */
    public Listed {
        Objects.requireNonNull(name);
        Objects.requireNonNull(type);
        if (ino == 0) {
            throw new IllegalArgumentException("inode number 0 of " + name);
        }
    }

    /** A name whose inode number is not known. */
    public static Listed of(Name name, FileType type) {
        return new Listed(name, type, Protocol.UNKNOWN_INO);
    }

    /** A name whose inode number is not known. */
    public static Listed of(String name, FileType type) {
        return of(Name.of(name), type);
    }

    /** The name of a node. */
    public static Listed of(Name name, Node node) {
        return new Listed(name, node.type(), node.ino());
    }
}
