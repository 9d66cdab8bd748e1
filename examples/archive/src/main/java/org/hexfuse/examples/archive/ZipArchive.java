package org.hexfuse.examples.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.EntryStreamOffsets;
import org.apache.commons.compress.archivers.zip.X7875_NewUnix;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipShort;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A zip archive. Its streams read at offsets of one channel, so that several threads may decompress members at once. */
final class ZipArchive implements Archive {
    private static final Logger LOG = LoggerFactory.getLogger(ZipArchive.class);
    private static final ZipShort OWNER = new X7875_NewUnix().getHeaderId();
    private static final int PERMISSIONS = 0777;
    private static final int LONGEST_TARGET = 4095;
    private static final int FILE = 0644;
    private static final int DIRECTORY = 0755;

    private final FileChannel channel;
    private final ZipFile zip;

    private ZipArchive(FileChannel channel, ZipFile zip) {
        this.channel = channel;
        this.zip = zip;
    }

    static ZipArchive open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new ZipArchive(channel, ZipFile.builder().setSeekableByteChannel(channel).get());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override public List<Member> members() throws IOException {
        var members = new ArrayList<Member>();
        for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
            Optional<List<Name>> path = Archive.path(entry.getRawName());
            if (path.isEmpty()) {
                LOG.warn("left out, since its path leads out of the archive: {}", entry.getName());
            } else {
                try {
                    members.add(member(entry, path.get()));
                } catch (IOException e) {
                    LOG.warn("left out, since its target cannot be read: {}: {}", entry.getName(), e.getMessage());
                }
            }
        }
        return members;
    }

    private Member member(ZipArchiveEntry entry, List<Name> path) throws IOException {
        FileType type = entry.isDirectory() ? FileType.DIRECTORY
                : entry.isUnixSymlink() ? FileType.SYMLINK : FileType.REGULAR;
        int mode = entry.getUnixMode() & PERMISSIONS;
        X7875_NewUnix owner = entry.getExtraField(OWNER) instanceof X7875_NewUnix known ? known : null;
        return new Member(path, type, mode != 0 ? mode : type == FileType.DIRECTORY ? DIRECTORY : FILE,
                owner == null ? 0 : (int) owner.getUID(), owner == null ? 0 : (int) owner.getGID(),
                type == FileType.REGULAR ? Math.max(0, entry.getSize()) : 0, modified(entry), 0,
                type == FileType.SYMLINK ? target(entry) : null,
                type == FileType.REGULAR ? () -> content(entry) : null);
    }

    private static Instant modified(ZipArchiveEntry entry) {
        return entry.getTime() == -1 ? Instant.EPOCH : entry.getLastModifiedTime().toInstant();
    }

    private Name target(ZipArchiveEntry entry) throws IOException {
        try (InputStream data = zip.getInputStream(entry)) {
            byte[] target = data.readNBytes(LONGEST_TARGET + 1);
            if (target.length == 0 || target.length > LONGEST_TARGET
                    || new String(target, ISO_8859_1).indexOf(0) >= 0) {
                throw new IOException("no target that a symbolic link can have");
            }
            return Name.of(target);
        }
    }

    private Content content(ZipArchiveEntry entry) throws IOException {
        if (!zip.canReadEntryData(entry)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        if (entry.getMethod() == ZipEntry.STORED && entry.getDataOffset() != EntryStreamOffsets.OFFSET_UNKNOWN) {
            return new StoredContent(channel,
                    List.of(new StoredContent.Extent(0, entry.getSize(), entry.getDataOffset())));
        }
        return new StreamContent(() -> zip.getInputStream(entry));
    }

    @Override public void close() throws IOException {
        zip.close();
        channel.close();
    }
}
