package org.hexfuse.nio;

import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemNotFoundException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.hexfuse.transport.Address;

/**
 * The filesystems that are open, by their addresses; one for all instances of the provider. Those of {@link HexfuseFileSystem#of} have the
 * addresses {@code vfs:NUMBER}, and are not kept from being collected. Any thread may call any method.
 */
final class OpenFileSystems {
    /** The scheme of the filesystems that a program has made of a VFS. */
    static final String UNNAMED = "vfs";

    private final ConcurrentMap<Address, Supplier<HexfuseFileSystem>> open = new ConcurrentHashMap<>();
    private final ReferenceQueue<HexfuseFileSystem> collected = new ReferenceQueue<>();
    private final AtomicLong number = new AtomicLong();

    /** Opens the filesystem of an address. */
    @FunctionalInterface interface Opener {
        HexfuseFileSystem open() throws IOException;
    }

    private static final class Unnamed extends WeakReference<HexfuseFileSystem> {
        private final Address address;

        Unnamed(HexfuseFileSystem fileSystem, Address address, ReferenceQueue<HexfuseFileSystem> queue) {
            super(fileSystem, queue);
            this.address = address;
        }
    }

    /** An address for a filesystem without one. */
    Address unnamed() {
        return Address.of(UNNAMED, Long.toString(number.incrementAndGet()));
    }

    /** Keeps a filesystem that has no other name than {@code address} as long as it is referenced. */
    void add(Address address, HexfuseFileSystem fileSystem) {
        for (var gone = collected.poll(); gone != null; gone = collected.poll()) {
            open.remove(((Unnamed) gone).address);
        }
        open.put(address, new Unnamed(fileSystem, address, collected)::get);
    }

    /**
     * Opens the filesystem of an address. While it is being opened, it is not found.
     *
     * @throws FileSystemAlreadyExistsException if it is open
     */
    HexfuseFileSystem open(Address address, Opener opener) throws IOException {
        Supplier<HexfuseFileSystem> opening = () -> null;
        if (open.putIfAbsent(address, opening) != null) {
            throw new FileSystemAlreadyExistsException(address.toString());
        }
        boolean opened = false;
        try {
            HexfuseFileSystem fileSystem = opener.open();
            open.put(address, () -> fileSystem);
            opened = true;
            return fileSystem;
        } finally {
            if (!opened) {
                open.remove(address);
            }
        }
    }

    /** The filesystem of an address; FileSystemNotFoundException if it is not open. */
    HexfuseFileSystem get(Address address) {
        Supplier<HexfuseFileSystem> known = open.get(address);
        HexfuseFileSystem fileSystem = known == null ? null : known.get();
        if (fileSystem == null) {
            throw new FileSystemNotFoundException(address + " is not open; open it by FileSystems.newFileSystem");
        }
        return fileSystem;
    }

    /** The filesystem of an address is closed. */
    void remove(Address address) {
        open.remove(address);
    }
}
