package org.hexfuse.examples.passthrough;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.libc.ContentCalls;
import org.hexfuse.server.Blocking;
import org.hexfuse.server.Capability;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Session;
import org.hexfuse.server.SyncFs;
import org.hexfuse.server.tree.TreeFileSystem;

/**
 * Mirrors a directory of this machine. It may be served to several kernels at once. What an author adds is in a subclass of
 * {@link PassthroughNode}, whose first object is the root:
 *
 * {@snippet :
 * var root = new Lowercase(PassthroughFileSystem.root(Path.of("/srv/files"), PassthroughOptions.DEFAULT));
 * try (var fileSystem = new PassthroughFileSystem(root); Mount mount = Fuse.mount(fileSystem, point)) {
 *     mount.await();
 * }
 * }
 *
 * <p>Methods run concurrently and wait in native code. Closing it closes all descriptors but those of open files, which their release
 * closes; it is closed after its sessions.
 */
public class PassthroughFileSystem extends TreeFileSystem implements AutoCloseable {
    private static final Set<Capability> WITHOUT_LOCKS = Set.of(Capability.READDIRPLUS);
    private static final Set<Capability> WITH_LOCKS = Set.of(Capability.READDIRPLUS, Capability.RECORD_LOCKS,
            Capability.FLOCK);

    private final Mirror mirror;

    /** The filesystem of a root that was made with {@link #root}. */
    public PassthroughFileSystem(PassthroughNode root) {
        super(root);
        this.mirror = root.inode().mirror();
    }

    /**
     * A mirror of a directory, with nothing added.
     *
     * @throws IOException if it is no directory that can be opened, or /proc is not mounted; the message is one line
     */
    public static PassthroughFileSystem of(Path directory, PassthroughOptions options) throws IOException {
        return new PassthroughFileSystem(new PassthroughNode(root(directory, options)));
    }

    /**
     * Opens a directory, to make a root of it. Symbolic links in its own path are followed.
     *
     * @throws IOException if it is no directory that can be opened, or /proc is not mounted; the message is one line
     */
    public static BackingInode root(Path directory, PassthroughOptions options) throws IOException {
        return Mirror.open(directory, options).root();
    }

    /** All handlers are system calls, on threads that have credentials of their own. */
    @Override public final Blocking blocking() {
        return Blocking.IN_NATIVE_CODE;
    }

    @Override public boolean kernelChecksPermissions() { return true; }

    @Override public Set<Capability> capabilities() {
        return mirror.options().locks() == PassthroughOptions.Locks.NONE ? WITHOUT_LOCKS : WITH_LOCKS;
    }

    @Override protected void begin(InitNegotiation negotiation) throws IOException, InterruptedException {
        // The umask is applied by the directory's filesystem, which knows default access control lists.
        negotiation.enable(InitFlag.DONT_MASK);
        // Who clears set-user-ID and set-group-ID; without it kernels request security.capability before each write.
        negotiation.enable(InitFlag.HANDLE_KILLPRIV_V2);
        // Whether the caller is in the group of a directory with set-group-ID.
        negotiation.enable(InitFlag.CREATE_SUPP_GROUP);
        negotiation.enable(InitFlag.ATOMIC_O_TRUNC);
        negotiation.enable(InitFlag.EXPORT_SUPPORT);
        // The target of a symbolic link never changes.
        negotiation.enable(InitFlag.CACHE_SYMLINKS);
        if (mirror.hasAccessLists()) {
            negotiation.enable(InitFlag.POSIX_ACL);
            negotiation.enable(InitFlag.SETXATTR_EXT);
        }
        if (mirror.options().cache() == PassthroughOptions.Cache.NEVER) {
            negotiation.enable(InitFlag.DIRECT_IO_ALLOW_MMAP);
        }
        if (mirror.options().writeback()) {
            negotiation.enable(InitFlag.WRITEBACK_CACHE);
        } else {
            mirror.backingIds().negotiate(negotiation);
        }
        mirror.sessions().add(negotiation.session());
    }

    @Override protected void end(Session session) {
        mirror.sessions().remove(session);
    }

    @Override public void syncfs(SyncFs op) throws IOException, InterruptedException {
        SystemCall.check(() -> {
            ContentCalls.syncfs(mirror.directory());
            return 0;
        });
    }

    /** The number of descriptors that are open for files, apart from those that callers have open. */
    public int descriptors() {
        return mirror.descriptors().count();
    }

    /** Closes the directory. */
    @Override public void close() {
        mirror.close();
    }
}
