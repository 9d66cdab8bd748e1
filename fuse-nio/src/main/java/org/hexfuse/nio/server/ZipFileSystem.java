package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * The members of a zip, read and written. What is written reaches the file when a file is synced, and when a session ends: then the JDK's
 * filesystem is closed, which writes a new archive, and opened again, while no other operation runs. Open files stay open.
 */
final class ZipFileSystem extends NioFileSystem {
    private static final Logger LOG = Loggers.of(NioFileSystem.class);

    private final ZipArchive archive;

    private ZipFileSystem(ZipArchive archive, Owners owners, Missing missing) {
        super(new NioOperations(archive::root, Blocking.IN_NATIVE_CODE, new ZipView(owners, missing),
                archive.contents(), owners, missing), archive);
        this.archive = archive;
    }

    /**
     * Opens an archive.
     *
     * @param create whether an empty one is made if there is none
     * @throws IOException if it can't be opened; the message is one line
     */
    static ZipFileSystem open(Path file, boolean create, boolean readOnly) throws IOException {
        var missing = new Missing("zip");
        return new ZipFileSystem(ZipArchive.open(file, create, readOnly, missing), new Owners(), missing);
    }

    boolean isReadOnly() { return archive.isReadOnly(); }

    private static boolean changes(Operation<?> op) {
        return switch (op) {
            case SetAttr _,MkNod _,MkDir _,Unlink _,RmDir _,Rename _,Create _,Write _ -> true;
            case Open open -> (open.flags() & OpenFlags.TRUNC) != 0;
            default -> false;
        };
    }

    /**
     * What removes or renames excludes all others, so that a file is not read by a name that goes away. Locks are waited for without
     * end, and touch no file.
     */
    @Override protected <O extends Operation<O> & Deferrable<O, R>, R> R around(O op, Call<O, R> call)
            throws IOException, InterruptedException {
        return super.around(op, passed -> {
            if (passed instanceof Lock) {
                return call.run(passed);
            }
            if (changes(passed)) {
                archive.beginToWrite();
            }
            boolean exclusive = passed instanceof Unlink || passed instanceof Rename || passed instanceof RmDir;
            R result = archive.section(exclusive, () -> call.run(passed));
            switch (passed) {
                case Fsync _,FsyncDir _,SyncFs _ -> archive.commit();
                case Release _ -> archive.pushClosed();
                default -> {
                }
            }
            return result;
        });
    }

    @Override public void destroy(Session session) {
        super.destroy(session);
        commit();
    }

    private Optional<IOException> commit() {
        try {
            Shield.always(() -> {
                archive.commit();
                return null;
            });
            return Optional.empty();
        } catch (IOException e) {
            LOG.error("{} was not written: {}", archive, e.getMessage());
            return Optional.of(e);
        }
    }

    /** Writes the archive if it was changed, and closes it. */
    @Override public void close() throws IOException {
        Optional<IOException> failure = commit();
        archive.close();
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
