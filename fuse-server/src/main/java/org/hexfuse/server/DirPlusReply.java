package org.hexfuse.server;

import java.util.function.UnaryOperator;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;

/**
 * The entries of a READDIRPLUS, with their attributes. An added entry adds one to the node's lookup count, unless it is
 * {@code .} or {@code ..} or was added without an {@link Entry}.
 *
 * <p>A {@link Listing} is one in memory. Used by one thread at a time.
 */
public interface DirPlusReply {
    /** Whether the next entry, with a name of {@code nameLength} bytes, fits; to be checked before a lookup is counted. */
    boolean fits(int nameLength);

    /**
     * Adds an entry with its node and attributes.
     *
     * @param cookie the {@link ReadDir#offset} of a caller that has this entry and wants the next; not 0
     * @return false if it did not fit, and so no further one will; the lookup count stays then
     */
    boolean add(Name name, Entry entry, long cookie);

    /** Adds an entry without node and attributes, as {@link DirReply#add(Name, long, FileType, long)} does. */
    boolean add(Name name, long ino, FileType type, long cookie);

    /** A reply whose entries are changed before they are added, for a decorator. */
    default DirPlusReply map(UnaryOperator<Entry> change) {
        DirPlusReply origin = this;
        return new DirPlusReply() {
            @Override public boolean fits(int nameLength) {
                return origin.fits(nameLength);
            }

            @Override public boolean add(Name name, Entry entry, long cookie) {
                return origin.add(name, change.apply(entry), cookie);
            }

            @Override public boolean add(Name name, long ino, FileType type, long cookie) {
                return origin.add(name, ino, type, cookie);
            }
        };
    }
}
