package org.hexfuse.nio.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.nio.directory.Directories;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.nio.mount.NioMount;
import org.hexfuse.vfs.OpenFile;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.Stat;
import org.hexfuse.vfs.Timestamp;

/**
 * Copies one file, within a server by COPY_FILE_RANGE, to another one piece by piece. A copy that fails is removed again.
 *
 * <p>Attributes are the permissions, which a new file has less the umask, and with COPY_ATTRIBUTES times, owner, all bits of the mode and
 * extended attributes, access control lists among them. A failure to set others than the times of a file is ignored.
 */
final class FileCopier {
    private static final int PERMISSIONS = 07777;
    private static final int NEW_PERMISSIONS = 0777;
    private static final int READ = 4;
    private static final int PIECE = 256 * 1024;

    private final Location source;
    private final Location target;
    private final CopyOptions options;

    /** A copy from one location to another, whose links are not followed. */
    FileCopier(Location source, Location target, CopyOptions options) {
        this.source = source.following(options.follow());
        this.target = target.following(false);
        this.options = options;
    }

    /** Copies, unless source and target are one file. */
    void copy() throws IOException {
        Stat stat = source.stat();
        if (stat.isDirectory()) {
            source.run(vfs -> vfs.access(source.path(), READ));
        }
        if (makeRoom(stat)) {
            create(stat);
        }
    }

    /**
     * Removes the target if there is one.
     *
     * @return false if it is the source
     * @throws FileAlreadyExistsException if it is not to be replaced
     */
    boolean makeRoom(Stat stat) throws IOException {
        Optional<Stat> present = target.statIfPresent();
        if (present.isEmpty()) {
            return true;
        }
        if (source.mount() == target.mount() && present.get().ino() == stat.ino()) {
            return false;
        }
        if (!options.replace()) {
            throw IoErrors.of(FuseException.of(Errno.EEXIST), target.name());
        }
        Directories.deleteIfPresent(target);
        return true;
    }

    /** Makes the copy, of a file with these attributes. */
    void create(Stat stat) throws IOException {
        switch (stat.type()) {
            case DIRECTORY -> target.run(vfs -> vfs.mkdir(target.path(), stat.mode() & NEW_PERMISSIONS));
            case SYMLINK -> {
                String text = source.get(vfs -> vfs.readlink(source.path()));
                target.run(vfs -> vfs.symlink(text, target.path()));
            }
            case REGULAR -> copyContent(stat);
            default -> target.run(vfs -> vfs.mknod(target.path(), stat.mode(), stat.rdev()));
        }
        if (!options.attributes()) {
            return;
        }
        boolean done = false;
        try {
            copyAttributes(stat);
            done = true;
        } finally {
            if (!done) {
                removeTarget(stat);
            }
        }
    }

    /** After a failure that is thrown. */
    void removeTarget(Stat stat) {
        ignoringErrors(vfs -> {
            if (stat.isDirectory()) {
                vfs.rmdir(target.path());
            } else {
                vfs.unlink(target.path());
            }
        });
    }

    private void ignoringErrors(NioMount.Action action) {
        try {
            target.run(action);
        } catch (IOException _) {
            // What can be copied is copied.
        }
    }

    private void copyContent(Stat stat) throws IOException {
        try (OpenFile from = source.get(vfs -> vfs.open(source.path(), OpenFlag.READ))) {
            OpenFile to = target.get(vfs -> vfs.open(target.path(), stat.mode() & NEW_PERMISSIONS, OpenFlag.WRITE,
                    OpenFlag.CREATE, OpenFlag.EXCLUSIVE));
            boolean done = false;
            try {
                try (to) {
                    copyContent(from, to);
                }
                done = true;
            } finally {
                if (!done) {
                    removeTarget(stat);
                }
            }
        } catch (FuseException e) {
            throw IoErrors.of(e, source.name(), target.name());
        }
    }

    private void copyContent(OpenFile from, OpenFile to) throws IOException {
        boolean oneServer = source.mount() == target.mount();
        MemorySegment piece = oneServer ? MemorySegment.NULL : MemorySegment.ofArray(new byte[PIECE]);
        long done = 0;
        while (true) {
            long at = done;
            long copied = source.get(_ -> oneServer
                    ? from.copyFileRange(to, at, at, Long.MAX_VALUE - at)
                    : copyPiece(from, to, piece, at), e -> IoErrors.of(e, source.name(), target.name()));
            if (copied == 0) {
                return;
            }
            done += copied;
        }
    }

    private static long copyPiece(OpenFile from, OpenFile to, MemorySegment piece, long offset) {
        long got = from.read(piece, offset);
        long written = 0;
        while (written < got) {
            long some = to.write(piece.asSlice(written, got - written), offset + written);
            if (some == 0) {
                throw FuseException.of(Errno.ENOSPC);
            }
            written += some;
        }
        return got;
    }

    private void copyAttributes(Stat stat) throws IOException {
        boolean isLink = stat.isSymlink();
        ignoringErrors(vfs -> vfs.lchown(target.path(), stat.uid(), stat.gid()));
        if (!isLink) {
            ignoringErrors(vfs -> vfs.chmod(target.path(), stat.mode() & PERMISSIONS));
            copyExtendedAttributes();
        }
        Timestamp atime = Timestamp.of(stat.atime());
        Timestamp mtime = Timestamp.of(stat.mtime());
        if (isLink) {
            ignoringErrors(vfs -> vfs.lutimens(target.path(), atime, mtime));
        } else {
            target.run(vfs -> vfs.lutimens(target.path(), atime, mtime));
        }
    }

    private void copyExtendedAttributes() {
        try {
            for (Name name : source.get(vfs -> vfs.listxattr(source.path()))) {
                byte[] value = source.get(vfs -> vfs.getxattr(source.path(), name.toString()));
                ignoringErrors(vfs -> vfs.lsetxattr(target.path(), name.toString(), value, 0));
            }
        } catch (IOException _) {
            // The server has no extended attributes, or they cannot be read.
        }
    }
}
