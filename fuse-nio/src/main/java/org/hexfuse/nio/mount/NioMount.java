package org.hexfuse.nio.mount;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileSystem;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hexfuse.abi.FuseException;
import org.hexfuse.vfs.Vfs;

/**
 * One filesystem of the provider: its VFS, and what is open of it.
 *
 * <p><b>Interrupts.</b> A call on a path of a thread whose interrupt status is set is made, as by the default provider, and the status is
 * kept. An interrupt while the call is blocked cancels its request if it can be cancelled: EINTR.
 *
 * <p>Any thread may call any method.
 */
public final class NioMount {
    /** What a call does with the VFS. */
    @FunctionalInterface public interface Call<T> {
        /** Calls; a {@link FuseException} is translated. */
        T on(Vfs vfs);
    }

    /** The same without a result. */
    @FunctionalInterface public interface Action {
        /** Calls; a {@link FuseException} is translated. */
        void on(Vfs vfs);
    }

    private static final AtomicLong DEVICES = new AtomicLong();

    private final FileSystem fileSystem;
    private final Supplier<Vfs> vfs;
    private final Supplier<Vfs> root = this::vfs;
    private final String directory;
    private final Function<String, URI> uris;
    private final Set<Closeable> resources = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final long device = DEVICES.incrementAndGet();
    /** Null until they are first needed. */
    private volatile Features features;

    /**
     * A mount.
     *
     * @param fileSystem what {@link java.nio.file.Path#getFileSystem} returns
     * @param vfs the VFS; asked before each call
     * @param directory the absolute path against which relative paths are resolved
     * @param uris the URI of an absolute path
     */
    public NioMount(FileSystem fileSystem, Supplier<Vfs> vfs, String directory, Function<String, URI> uris) {
        this.fileSystem = fileSystem;
        this.vfs = vfs;
        this.directory = directory;
        this.uris = uris;
    }

    /** The filesystem whose mount this is. */
    public FileSystem fileSystem() {
        return fileSystem;
    }

    /** The absolute path against which relative paths are resolved. */
    public String directory() {
        return directory;
    }

    /** The URI of an absolute path. */
    public URI uri(String path) {
        return uris.apply(path);
    }

    /** The VFS; {@link ClosedFileSystemException} after {@link #beginClose}. */
    public Vfs vfs() {
        if (closed.get()) {
            throw new ClosedFileSystemException();
        }
        return vfs.get();
    }

    /** Where absolute paths begin: {@link #vfs}. */
    Supplier<Vfs> root() {
        return root;
    }

    /** What the server supports. */
    public Features features() {
        Features known = features;
        if (known == null) {
            known = Features.of(vfs());
            features = known;
        }
        return known;
    }

    /** Identifies the mount in this process, as {@code st_dev} does. */
    public long device() {
        return device;
    }

    /** Calls a VFS of the mount; errors are translated by {@code errors}. */
    public <T> T get(Vfs open, Call<T> call, Function<FuseException, IOException> errors) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return call.on(open);
        } catch (FuseException e) {
            if (closed.get()) {
                throw new ClosedFileSystemException();
            }
            throw errors.apply(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** An action as a call whose result says nothing. */
    static Call<Vfs> result(Action action) {
        return vfs -> {
            action.on(vfs);
            return vfs;
        };
    }

    /** Whether it is not closed. */
    public boolean isOpen() { return !closed.get(); }

    /** Closes {@code resource} with the mount, at once if that is closed: then {@link ClosedFileSystemException}. */
    public <C extends Closeable> C opened(C resource) throws IOException {
        resources.add(resource);
        if (closed.get()) {
            resource.close();
            resources.remove(resource);
            throw new ClosedFileSystemException();
        }
        return resource;
    }

    /** {@code resource} is closed. */
    public void closed(Closeable resource) {
        resources.remove(resource);
    }

    /** No further call begins. Returns whether it was open until now. */
    public boolean beginClose() {
        return closed.compareAndSet(false, true);
    }

    /**
     * Closes what is open of the mount, after {@link #beginClose}.
     *
     * @throws IOException the first exception, with the others; all is closed nevertheless
     */
    public void closeResources() throws IOException {
        IOException first = null;
        for (Closeable resource : resources) {
            try {
                resource.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        resources.clear();
        if (first != null) {
            throw first;
        }
    }
}
