package org.hexfuse.server;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;

/**
 * A listing in memory: the reply of a READDIR or READDIRPLUS for a unit test, or for a decorator that changes what the wrapped
 * filesystem lists. It takes everything that is added and has no {@code .} and {@code ..} but those. Not for several threads.
 */
public final class Listing implements DirReply, DirPlusReply {
    private final List<Item> items = new ArrayList<>();
    private final long offset;
    /** Cookies 1 and 2 are those of the dots, which the kernel's listing has and this one has not. */
    private long ordinal = 2;

    /**
     * An entry of a listing.
     *
     * @param ino the inode number
     * @param cookie the {@link ReadDir#offset} of a caller that has this entry and wants the next
     * @param entry node and attributes, where {@code readdirplus} added them
     */
    public record Item(Name name, long ino, FileType type, long cookie, Optional<Entry> entry) {}

    /** A listing from the start of the directory. */
    public Listing() {
        this(0);
    }

    /** The listing of a caller that has the entries up to cookie {@code offset}. */
    public Listing(long offset) {
        this.offset = offset;
    }

    /** The entries, in the order in which they were added. */
    public List<Item> items() {
        return Collections.unmodifiableList(items);
    }

    /** The names of the entries, in the order in which they were added. */
    public List<String> names() {
        return items.stream().map(item -> item.name().toString()).toList();
    }

    /** Has no effect: there are no entries that the listing adds by itself. */
    @Override public void dots(long ownIno, long parentIno) {}

    @Override public boolean add(Name name, long ino, FileType type) {
        ordinal++;
        return ordinal <= offset || add(name, ino, type, ordinal);
    }

    @Override public boolean add(Name name, long ino, FileType type, long cookie) {
        return items.add(new Item(name, ino, type, cookie, Optional.empty()));
    }

    @Override public boolean add(Name name, Entry entry, long cookie) {
        if (entry.node() == 0) {
            throw new IllegalArgumentException("an entry that is absent");
        }
        long ino = entry.attr().ino() == 0 ? entry.node() : entry.attr().ino();
        FileType type = FileType.ofMode(entry.attr().mode()).orElse(FileType.REGULAR);
        return items.add(new Item(name, ino, type, cookie, Optional.of(entry)));
    }

    @Override public boolean fits(int nameLength) {
        return true;
    }
}
