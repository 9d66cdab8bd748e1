package org.hexfuse.benchmarks;

import java.io.IOException;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.hexfuse.transport.Address;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Vfs;
import org.hexfuse.vfs.VfsOptions;

/** Makes a million empty files in {@code memory:} and prints the heap memory of each, its name of 5 to 7 bytes included. */
public final class MillionFiles {
    private static final int DIRECTORIES = 1000;
    private static final int FILES = 1000;

    private MillionFiles() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        FuseFileSystem files = ServiceLoader.load(FuseFileSystemProvider.class).stream()
                .map(ServiceLoader.Provider::get).filter(p -> p.scheme().equals("memory")).findFirst().orElseThrow()
                .create(Address.parse("memory:?files=2000000"));
        try (FuseServer server = FuseServer.serve(files).at(Address.parse("mem:?inline")).start();
                Vfs vfs = Vfs.connect(server.address(), VfsOptions.DEFAULT.withCachedNames(1000))) {
            long before = used();
            long start = System.nanoTime();
            for (int d = 0; d < DIRECTORIES; d++) {
                vfs.mkdir("/d" + d);
                for (int f = 0; f < FILES; f++) {
                    vfs.open("/d" + d + "/file" + f, OpenFlag.CREATE, OpenFlag.WRITE).close();
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            vfs.dropCaches();
            System.out.printf("%.1f s, %d bytes a file%n", seconds, (used() - before) / (DIRECTORIES * (FILES + 1)));
        }
    }

    private static long used() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(200);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
