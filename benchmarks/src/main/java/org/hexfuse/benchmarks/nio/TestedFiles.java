package org.hexfuse.benchmarks.nio;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ServiceLoader;
import org.hexfuse.nio.HexfuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.Vfs;

/**
 * Files of one of the providers, below a directory that is empty.
 *
 * @param root the directory
 * @param closing removes them
 */
record TestedFiles(Path root, Closeable closing) implements Closeable {
    /** {@code hexfuse-local}, {@code hexfuse-inline}, {@code hexfuse-mem}, {@code jimfs}, or {@code tmpfs}, by the default provider. */
    static TestedFiles open(String name) throws IOException {
        return switch (name) {
            case "hexfuse-local" -> served("memory:?local", "mem:?inline");
            case "hexfuse-inline" -> served("memory:", "mem:?inline");
            case "hexfuse-mem" -> served("memory:", "mem:");
            case "jimfs" -> jimfs();
            case "tmpfs" -> tmpfs();
            default -> throw new IllegalArgumentException(
                    name + " is none of hexfuse-local, hexfuse-inline, hexfuse-mem, jimfs, tmpfs");
        };
    }

    private static TestedFiles served(String fileSystem, String address) throws IOException {
        FuseFileSystemProvider memory = ServiceLoader.load(FuseFileSystemProvider.class).stream()
                .map(ServiceLoader.Provider::get).filter(each -> each.scheme().equals("memory")).findFirst()
                .orElseThrow();
        FuseServer server = FuseServer.serve(memory.create(Address.parse(fileSystem))).at(Address.parse(address))
                .start();
        Vfs vfs = Vfs.connect(server.address());
        FileSystem files = HexfuseFileSystem.of(vfs);
        return new TestedFiles(files.getPath("/"), () -> {
            files.close();
            vfs.close();
            server.close();
        });
    }

    private static TestedFiles jimfs() {
        FileSystem files = Jimfs.newFileSystem(Configuration.unix());
        return new TestedFiles(files.getPath("/"), files);
    }

    private static TestedFiles tmpfs() throws IOException {
        Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "benchmark");
        return new TestedFiles(directory, () -> remove(directory));
    }

    private static void remove(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override public FileVisitResult postVisitDirectory(Path emptied, IOException e) throws IOException {
                Files.delete(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override public void close() throws IOException {
        closing.close();
    }
}
