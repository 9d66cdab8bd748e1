package org.hexfuse.nio.server;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.Attr;
import org.hexfuse.server.tree.FileHandle;

/** Files are opened as channels of the provider, one for each open. */
final class ChannelContents implements Contents {
    /** Providers whose files can be read and written after their last name was removed. */
    private static final Set<String> KEEPING = Set.of("file", "jimfs");
    /** Providers that have zeros where a write has skipped bytes. */
    private static final Set<String> ZEROING = Set.of("file", "jimfs", "sftp");
    private static final FileAttribute<?>[] NONE = {};

    private final OpenNodes<OpenNode> nodes = new OpenNodes<>(OpenNode::new);
    private final Missing missing;
    private final boolean keeps;
    private final boolean zeroes;
    private final boolean isDefault;
    private final boolean hasPermissions;

    /** {@code root} is any path of the provider. */
    ChannelContents(Path root, Missing missing) {
        this.missing = missing;
        String scheme = root.getFileSystem().provider().getScheme();
        this.keeps = KEEPING.contains(scheme);
        this.zeroes = ZEROING.contains(scheme);
        this.isDefault = scheme.equals("file");
        this.hasPermissions = root.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    @Override public FileHandle open(String path, Path file, int flags) throws IOException {
        PositionedChannel channel = PositionedChannel.open(file, options(flags), missing);
        if ((flags & OpenFlags.TRUNC) != 0) {
            try {
                truncate(path, file, 0);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }
        return handle(path, channel);
    }

    @Override public FileHandle create(String path, Path file, int flags, int mode) throws IOException {
        Set<OpenOption> options = options(flags);
        options.add(CREATE_NEW);
        options.add(WRITE);
        return handle(path, PositionedChannel.open(file, options, missing, attributes(mode)));
    }

    /** The permissions to create a file with, so that it never has more. */
    private FileAttribute<?>[] attributes(int mode) {
        return hasPermissions
                ? new FileAttribute<?>[]{PosixFilePermissions.asFileAttribute(FileView.permissions(mode))}
                : NONE;
    }

    /** Cuts a file, or extends it by zeros. */
    void resize(PositionedChannel channel, long size) throws IOException {
        long before = channel.size();
        if (size < before) {
            channel.truncate(size);
        } else if (!zeroes) {
            channel.fill(size);
        } else if (size > before) {
            channel.write(ByteBuffer.allocate(1), size - 1);
        }
    }

    /** Prepares a write behind the end. */
    void beforeWrite(PositionedChannel channel, long offset) throws IOException {
        if (!zeroes) {
            channel.fill(offset);
        }
    }

    void closed(OpenNode node) {
        nodes.closed(node);
    }

    private FileHandle handle(String path, PositionedChannel channel) {
        OpenNode node = nodes.opened(path);
        return keeps ? new NamelessHandle(node, channel, this, missing)
                : new ChannelHandle(node, channel, this, missing);
    }

    private Set<OpenOption> options(int flags) {
        int access = flags & OpenFlags.ACCMODE;
        var options = new HashSet<OpenOption>();
        if (access != OpenFlags.WRONLY) {
            options.add(READ);
        }
        if (access != OpenFlags.RDONLY) {
            options.add(WRITE);
        }
        if (isDefault) {
            options.add(LinkOption.NOFOLLOW_LINKS);
        }
        return options;
    }

    @Override public void truncate(String path, Path file, long size) throws IOException {
        try (PositionedChannel channel = PositionedChannel.open(file, options(OpenFlags.WRONLY), missing)) {
            resize(channel, size);
        }
    }

    @Override public void removed(String path, Attr attr) {
        nodes.removed(path, attr);
    }

    /** Atomically where the provider can. */
    @Override public void move(Path source, Path target) throws IOException {
        try {
            Files.move(source, target, ATOMIC_MOVE, REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException | UnsupportedOperationException _) {
            missing.note("atomic move: a rename that replaces a file is two steps");
            Files.move(source, target, REPLACE_EXISTING);
        }
    }

    @Override public void moved(String from, String to) {
        nodes.moved(from, to);
    }
}
