package org.hexfuse.examples.archive;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes an {@link ArchiveFileSystem} for {@code archive:FILE}. */
@AutoService(FuseFileSystemProvider.class) public final class ArchiveProvider implements FuseFileSystemProvider {
    public ArchiveProvider() {}

    @Override public String scheme() {
        return "archive";
    }

    @Override public String description() {
        return "the members of a zip or tar archive, read-only: archive:FILE";
    }

    @Override public FuseFileSystem create(Address address) throws IOException {
        if (address.path().isEmpty() || !address.parameters().isEmpty()) {
            throw new IllegalArgumentException("'" + address + "': archive: takes the path of a zip or tar archive");
        }
        try {
            return new ReadOnlyFileSystem(ArchiveFileSystem.open(Path.of(address.path())));
        } catch (NoSuchFileException e) {
            throw new IOException(e.getFile() + ": no such file", e);
        } catch (FileSystemException e) {
            throw new IOException(e.getFile() + ": " + e.getReason(), e);
        }
    }
}
