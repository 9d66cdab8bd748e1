package org.hexfuse.nio.server;

import com.google.auto.service.AutoService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.filter.ReadOnlyFileSystem;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;

/** Makes filesystems of directories of this machine for {@code dir:PATH}. */
@SuppressWarnings("exports") // An annotation that only the compiler reads.
@AutoService(FuseFileSystemProvider.class) public final class DirProvider implements FuseFileSystemProvider {
    public DirProvider() {}

    @Override public String scheme() {
        return "dir";
    }

    @Override public String description() {
        return "a directory by java.nio.file: dir:PATH[?ro]";
    }

    @Override public FuseFileSystem create(Address address) throws IOException {
        Parameters.check(address, "ro");
        Path directory = Parameters.path(address, "a directory, dir:PATH");
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + ": no such directory");
        }
        NioFileSystem files = NioFileSystem.of(directory);
        return address.flag("ro") ? new ReadOnlyFileSystem(files) : files;
    }
}
