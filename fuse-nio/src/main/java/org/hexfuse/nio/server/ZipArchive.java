package org.hexfuse.nio.server;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.zip.ZipException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.Timespec;
import org.hexfuse.transport.spi.Loggers;
import org.slf4j.Logger;

/**
 * A zip, open by the JDK's filesystem: for reading until it is first changed. {@link #commit} writes a new archive. All operations on its
 * files hold a section, which is shared but for those that replace the filesystem. Any thread may use it.
 */
final class ZipArchive implements Closeable {
    private static final Logger LOG = Loggers.of(NioFileSystem.class);
    /** An archive without members. */
    private static final byte[] EMPTY = {'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    /** A member of at most this size is kept in memory until the archive is written. */
    private static final long SMALL = 1 << 20;
    /** So much of such members is kept; others are in files from then on. */
    private static final long BUDGET = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);

    private final Path file;
    private final boolean readOnly;
    private final Missing missing;
    private final MemberContents contents = new MemberContents(this);
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile FileSystem files;
    /** Null until the archive is first changed. */
    private volatile Workplace workplace;
    /** Whether an operation may have changed the archive since it was written. */
    private volatile boolean changed;
    /** The bytes of small members since the archive was written. Guarded by the exclusive section. */
    private long inMemory;
    /** The bytes of all that was put into the archive since it was written. Guarded by the exclusive section. */
    private long added;
    /** By which a change of the file by another program is found. Guarded by the exclusive section. */
    private Version version;

    private record Version(long size, FileTime modified, Object key) {
        static Version of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Version(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
        }
    }

    private ZipArchive(Path file, boolean readOnly, Missing missing) throws IOException {
        this.file = file;
        this.readOnly = readOnly;
        this.missing = missing;
        this.version = Version.of(file);
        this.files = open(file, false);
    }

    static ZipArchive open(Path file, boolean create, boolean readOnly, Missing missing) throws IOException {
        if (create && !Files.exists(file)) {
            Files.write(file, EMPTY, CREATE_NEW, WRITE);
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + (Files.exists(file) ? ": no zip archive, but a directory or a device"
                    : ": no such file; zip:" + file + "?create makes an empty archive"));
        }
        return new ZipArchive(file.toRealPath(), readOnly || !Files.isWritable(file), missing);
    }

    private FileSystem open(Path zip, boolean toWrite) throws IOException {
        FileSystemProvider provider = FileSystemProvider.installedProviders().stream()
                .filter(each -> each.getScheme().equals("jar")).findAny()
                .orElseThrow(() -> new IOException("this Java has no module jdk.zipfs"));
        try {
            return provider.newFileSystem(zip, Map.of("accessMode", toWrite ? "readWrite" : "readOnly"));
        } catch (ZipException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        } catch (UnsupportedOperationException e) {
            throw new IOException(file + ": no zip archive", e);
        }
    }

    boolean isReadOnly() { return readOnly; }

    MemberContents contents() {
        return contents;
    }

    Path root() {
        return files.getPath("/");
    }

    /** The member at a path of the mount. */
    Path path(String path) {
        return files.getPath(path);
    }

    /** Where spools are made. */
    Path spools() {
        Workplace place = workplace;
        return place == null ? Path.of(System.getProperty("java.io.tmpdir")) : place.directory();
    }

    /** Runs a call in the section, shared or exclusive. */
    <R> R section(boolean exclusive, Call<R> call) throws IOException, InterruptedException {
        Lock section = exclusive ? lock.writeLock() : lock.readLock();
        section.lock();
        try {
            return call.run();
        } finally {
            section.unlock();
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    private void exclusively(Action action) throws IOException {
        lock.writeLock().lock();
        try {
            action.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** To be called before a change, outside of the section. */
    void beginToWrite() throws IOException {
        if (readOnly) {
            throw FuseException.of(Errno.EROFS);
        }
        if (workplace == null) {
            exclusively(this::openToWrite);
        }
        changed = true;
    }

    private void openToWrite() throws IOException {
        if (workplace != null) {
            return;
        }
        Workplace made;
        try {
            made = Workplace.of(file);
        } catch (IOException e) {
            throw missing.error(Errno.EROFS, "directory beside " + file + " to write a new archive in (" + e + ")");
        }
        boolean done = false;
        try {
            FileSystem opened = open(made.link(), true);
            contents.pushAll();
            files.close();
            files = opened;
            workplace = made;
            done = true;
        } finally {
            if (!done) {
                made.close();
            }
        }
    }

    /** Puts closed files into the archive that are due. */
    void pushClosed() throws IOException {
        if (contents.isPushDue()) {
            exclusively(contents::pushClosed);
        }
    }

    /** Gives a member its content. Called in the exclusive section. */
    void put(String path, Spool content, Timespec modified) throws IOException {
        Path member = path(path);
        Object permissions = Files.getAttribute(member, "zip:permissions");
        long size = content.size();
        boolean small = size <= SMALL && inMemory + size <= BUDGET;
        try (OutputStream out = small ? Files.newOutputStream(member, CREATE, TRUNCATE_EXISTING, WRITE)
                : Channels.newOutputStream(files.provider().newFileChannel(member,
                        Set.of(CREATE, TRUNCATE_EXISTING, WRITE)))) {
            content.copyTo(out);
        }
        inMemory += small ? size : 0;
        added += size;
        if (permissions != null) {
            Files.setAttribute(member, "zip:permissions", permissions);
        }
        Files.setLastModifiedTime(member, FileTime.from(modified.toInstant()));
    }

    /**
     * Writes the archive if it was changed: in one step the file is the new archive, which is on storage by then.
     *
     * @throws IOException if it cannot be written; the file is the old archive then
     */
    void commit() throws IOException {
        if (changed) {
            exclusively(this::write);
        }
    }

    private void write() throws IOException {
        if (!changed) {
            return;
        }
        if (!Objects.equals(version, Version.of(file))) {
            throw new IOException("another program has changed " + file + " meanwhile");
        }
        checkSpace();
        contents.pushAll();
        Contained before = Contained.of(root());
        FileSystem closing = files;
        try {
            closing.close();
        } catch (IOException | RuntimeException e) {
            reopen();
            throw e;
        }
        if (workplace.hasNewArchive()) {
            replace(before);
        } else {
            files = open(workplace.link(), true);
        }
        changed = false;
        inMemory = 0;
        added = 0;
    }

    /** Before anything is given up, since the JDK's filesystem drops the changes when it cannot write them. */
    private void checkSpace() throws IOException {
        long needed = Files.size(file) + added + contents.unwritten();
        if (Files.getFileStore(workplace.directory()).getUsableSpace() < needed) {
            throw FuseException.of(Errno.ENOSPC, needed + " bytes are needed to write " + file);
        }
    }

    private void replace(Contained before) throws IOException {
        Path made = workplace.link();
        FileSystem opened = null;
        try {
            opened = open(made, true);
            Contained after = Contained.of(opened.getPath("/"));
            if (!after.equals(before)) {
                // The JDK's filesystem prints what it cannot copy to standard error, and goes on without.
                throw new IOException(file + " stays as it was: its new version has " + after + " and not " + before);
            }
            keepOwner(made);
            force(made, WRITE);
            Files.move(made, file, ATOMIC_MOVE, REPLACE_EXISTING);
            force(file.getParent(), READ);
            workplace.linkArchive();
            version = Version.of(file);
            files = opened;
        } catch (IOException | RuntimeException e) {
            if (opened != null) {
                opened.close();
            }
            Files.deleteIfExists(made);
            workplace.linkArchive();
            reopen();
            throw e;
        }
    }

    /** After a failure: with the archive as it is in the file. */
    private void reopen() throws IOException {
        LOG.error("changes of {} since it was last written are lost", file);
        if (!Files.exists(workplace.link())) {
            workplace.linkArchive();
        }
        files = open(workplace.link(), true);
        changed = false;
    }

    private void keepOwner(Path made) {
        try {
            for (String attribute : new String[]{"unix:uid", "unix:gid"}) {
                Object owner = Files.getAttribute(file, attribute);
                if (!owner.equals(Files.getAttribute(made, attribute))) {
                    Files.setAttribute(made, attribute, owner);
                }
            }
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("{} has another owner from now on: {}", file, e.toString());
        }
    }

    private static void force(Path path, java.nio.file.OpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    @Override public void close() throws IOException {
        exclusively(() -> {
            try {
                contents.closeAll();
                files.close();
            } finally {
                if (workplace != null) {
                    workplace.close();
                }
            }
        });
    }

    @Override public String toString() {
        return file.toString();
    }
}
