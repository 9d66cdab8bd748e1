package org.hexfuse.nio.file;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Objects;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.posix.StatVfs;

/** The filesystem of a server as a store, with the space of the filesystem that a path is on. */
public final class VfsFileStore extends FileStore {
    private final Location file;
    private final String name;

    /**
     * The store of a file.
     *
     * @param name the address of the server
     */
    public VfsFileStore(Location file, String name) {
        this.file = file;
        this.name = name;
    }

    private StatVfs statfs() throws IOException {
        return file.get(vfs -> vfs.statfs(file.path()));
    }

    private static long bytes(long blocks, StatVfs stat) {
        long high = Math.unsignedMultiplyHigh(blocks, stat.frsize());
        long low = blocks * stat.frsize();
        return high != 0 || low < 0 ? Long.MAX_VALUE : low;
    }

    @Override public String name() {
        return name;
    }

    @Override public String type() {
        return "fuse";
    }

    @Override public boolean isReadOnly() { return file.vfs().isReadOnly(); }

    @Override public long getTotalSpace() throws IOException {
        StatVfs stat = statfs();
        return bytes(stat.blocks(), stat);
    }

    @Override public long getUsableSpace() throws IOException {
        StatVfs stat = statfs();
        return bytes(stat.bavail(), stat);
    }

    @Override public long getUnallocatedSpace() throws IOException {
        StatVfs stat = statfs();
        return bytes(stat.bfree(), stat);
    }

    @Override public long getBlockSize() throws IOException { return statfs().frsize(); }

    @Override public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
        return Objects.requireNonNull(type) == BasicFileAttributeView.class || type == PosixFileAttributeView.class
                || type == FileOwnerAttributeView.class
                || (type == UserDefinedFileAttributeView.class && file.mount().features().hasXattrs())
                || (type == AclFileAttributeView.class && file.mount().features().hasAccessLists());
    }

    @Override public boolean supportsFileAttributeView(String view) {
        return switch (view) {
            case "basic", "posix", "unix", "owner" -> true;
            case "user" -> file.mount().features().hasXattrs();
            case "acl" -> file.mount().features().hasAccessLists();
            default -> false;
        };
    }

    @Override public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
        Objects.requireNonNull(type);
        return null;
    }

    @Override public Object getAttribute(String attribute) throws IOException {
        return switch (attribute) {
            case "totalSpace" -> getTotalSpace();
            case "usableSpace" -> getUsableSpace();
            case "unallocatedSpace" -> getUnallocatedSpace();
            default -> throw new UnsupportedOperationException("'" + attribute + "' not recognized");
        };
    }

    @Override public boolean equals(Object other) {
        return other instanceof VfsFileStore store && store.file.mount() == file.mount();
    }

    @Override public int hashCode() {
        return Long.hashCode(file.mount().device());
    }

    @Override public String toString() {
        return file.name() + " (" + name + ")";
    }
}
