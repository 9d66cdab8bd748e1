package org.hexfuse.examples.archive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveStructSparse;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.hexfuse.examples.archive.StoredContent.Extent;
import org.hexfuse.posix.DeviceNumber;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tar archive that is not compressed. */
final class TarArchive implements Archive {
    private static final Logger LOG = LoggerFactory.getLogger(TarArchive.class);
    private static final int PERMISSIONS = 07777;

    private final FileChannel channel;
    private final TarFile tar;
    private final TarNames names;

    private TarArchive(FileChannel channel, TarFile tar) {
        this.channel = channel;
        this.tar = tar;
        this.names = new TarNames(channel);
    }

    /** Reads all headers; closes the channel if that fails. */
    static TarArchive open(FileChannel channel) throws IOException {
        try {
            return new TarArchive(channel, new TarFile(channel, TarConstants.DEFAULT_BLKSIZE,
                    TarConstants.DEFAULT_RCDSIZE, TarNames.CHARSET.name(), false));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override public List<Member> members() throws IOException {
        var members = new ArrayList<Member>();
        for (TarArchiveEntry entry : tar.getEntries()) {
            Optional<List<Name>> path = Archive.path(names.name(entry));
            FileType type = type(entry);
            if (type == null) {
                LOG.debug("left out, since it is no file: {}", entry.getName());
            } else if (path.isEmpty()) {
                LOG.warn("left out, since its path leads out of the archive: {}", entry.getName());
            } else {
                try {
                    members.add(member(entry, path.get(), type));
                } catch (IllegalArgumentException e) {
                    LOG.warn("left out, since its header is malformed: {}: {}", entry.getName(), e.getMessage());
                }
            }
        }
        return members;
    }

    private static FileType type(TarArchiveEntry entry) {
        if (entry.isDirectory()) {
            return FileType.DIRECTORY;
        }
        if (entry.isSymbolicLink()) {
            return FileType.SYMLINK;
        }
        if (entry.isFIFO()) {
            return FileType.FIFO;
        }
        if (entry.isCharacterDevice()) {
            return FileType.CHARACTER_DEVICE;
        }
        if (entry.isBlockDevice()) {
            return FileType.BLOCK_DEVICE;
        }
        return entry.isFile() || entry.isLink() || entry.isSparse() ? FileType.REGULAR : null;
    }

    private Member member(TarArchiveEntry entry, List<Name> path, FileType type) throws IOException {
        boolean data = type == FileType.REGULAR && !entry.isLink();
        List<Extent> extents = data ? extents(entry) : List.of();
        boolean device = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
        boolean link = type == FileType.SYMLINK || entry.isLink();
        return new Member(path, type, entry.getMode() & PERMISSIONS, (int) entry.getLongUserId(),
                (int) entry.getLongGroupId(), data ? entry.getRealSize() : 0, modified(entry),
                device ? DeviceNumber.of(entry.getDevMajor(), entry.getDevMinor()) : 0,
                link ? Name.of(names.linkName(entry)) : null,
                data ? () -> new StoredContent(channel, extents) : null);
    }

    private static Instant modified(TarArchiveEntry entry) {
        return entry.getLastModifiedTime().toInstant();
    }

    private static List<Extent> extents(TarArchiveEntry entry) throws IOException {
        if (!entry.isSparse()) {
            return List.of(new Extent(0, entry.getSize(), entry.getDataOffset()));
        }
        var extents = new ArrayList<Extent>();
        long place = entry.getDataOffset();
        for (TarArchiveStructSparse part : entry.getOrderedSparseHeaders()) {
            if (part.getNumbytes() > 0) {
                extents.add(new Extent(part.getOffset(), part.getNumbytes(), place));
            }
            place += part.getNumbytes();
        }
        return extents;
    }

    @Override public void close() throws IOException {
        tar.close();
        channel.close();
    }
}
