package org.hexfuse.nio.server;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.nio.file.Path;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes filesystems of zips and jars for {@code zip:FILE}. */
@SuppressWarnings("exports") // An annotation that only the compiler reads.
@AutoService(FuseFileSystemProvider.class) public final class ZipProvider implements FuseFileSystemProvider {
    public ZipProvider() {}

    @Override public String scheme() {
        return "zip";
    }

    @Override public String description() {
        return "the members of a zip or jar, written back at fsync and unmount: zip:FILE[?create][&ro]";
    }

    @Override public FuseFileSystem create(Address address) throws IOException {
        Parameters.check(address, "create", "ro");
        Path file = Parameters.path(address, "a zip or jar, zip:FILE");
        boolean readOnly = address.flag("ro");
        boolean create = address.flag("create");
        if (create && readOnly) {
            throw new IllegalArgumentException("'" + address + "': create and ro exclude each other");
        }
        try {
            ZipFileSystem files = ZipFileSystem.open(file, create, readOnly);
            return files.isReadOnly() ? new ReadOnlyFileSystem(files) : files;
        } catch (IOException e) {
            throw Parameters.named(e);
        }
    }
}
