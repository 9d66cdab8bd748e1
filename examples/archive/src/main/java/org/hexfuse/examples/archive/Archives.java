package org.hexfuse.examples.archive;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.commons.compress.archivers.ArchiveException;
import org.apache.commons.compress.archivers.ArchiveStreamFactory;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens archives, by what they contain and not by their names. */
final class Archives {
    private static final Logger LOG = LoggerFactory.getLogger(Archives.class);
    /** What a decompressor may need: enough for all presets of xz and zstd. */
    private static final int DECOMPRESSOR_KIB = 128 << 10;
    private static final int CHUNK = 64 << 10;

    private Archives() {}

    /**
     * Opens a zip, a tar, or a tar that is compressed as a whole.
     *
     * @throws IOException if the file can't be read or is none of these; the message is one line
     */
    static Archive open(Path file) throws IOException {
        return open(file, Long.MAX_VALUE);
    }

    /** The same with a limit of the size that a file may have when it is decompressed, in bytes. */
    static Archive open(Path file, long limit) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Optional<String> compression = compression(in);
            if (compression.isPresent()) {
                return TarArchive.open(decompressed(file, compression.get(), in, limit));
            }
            String format = ArchiveStreamFactory.detect(in);
            return switch (format) {
                case ArchiveStreamFactory.ZIP, ArchiveStreamFactory.JAR -> ZipArchive.open(file);
                case ArchiveStreamFactory.TAR -> TarArchive.open(FileChannel.open(file, StandardOpenOption.READ));
                default -> throw new IOException(file + ": a " + format + " archive, not a zip or tar");
            };
        } catch (CompressorException e) {
            throw naming(file, e.getCause() instanceof IOException cause ? cause : e);
        } catch (ArchiveException | IllegalArgumentException e) {
            throw new IOException(file + ": not a zip or tar archive: " + e.getMessage(), e);
        } catch (IOException e) {
            throw naming(file, e);
        }
    }

    /** An exception whose message names the file. */
    static IOException naming(Path file, IOException e) {
        String message = e.getMessage();
        return message != null && message.contains(file.toString()) ? e
                : new IOException(file + ": " + (message == null ? e.getClass().getSimpleName() : message), e);
    }

    /** The compression of a file as a whole; empty if there is none that is known. */
    private static Optional<String> compression(InputStream in) {
        try {
            return Optional.of(CompressorStreamFactory.detect(in));
        } catch (CompressorException _) {
            return Optional.empty();
        }
    }

    /**
     * A temporary file, which no name leads to, with the data of a compressed file. A small file may have very much data: half of the
     * free space is left to others.
     */
    private static FileChannel decompressed(Path file, String compression, InputStream in, long limit)
            throws IOException {
        Path path = Files.createTempFile("archive", ".tar");
        FileChannel spool;
        long room;
        try {
            room = Math.min(limit, Files.getFileStore(path).getUsableSpace() / 2);
            spool = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(path);
            throw e;
        }
        LOG.info("{}: decompressing ({}) into a temporary file", file, compression);
        boolean done = false;
        try (InputStream data = new CompressorStreamFactory(true, DECOMPRESSOR_KIB)
                .createCompressorInputStream(compression, in)) {
            copy(data, spool, room, file);
            spool.position(0);
            done = true;
            return spool;
        } finally {
            if (!done) {
                spool.close();
            }
        }
    }

    private static void copy(InputStream data, FileChannel spool, long room, Path file) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long left = room;
        for (int count = data.read(chunk); count >= 0; count = data.read(chunk)) {
            left -= count;
            if (left < 0) {
                throw new IOException(
                        file + ": larger than " + room + " bytes when decompressed, for which there is no "
                                + "room in " + System.getProperty("java.io.tmpdir"));
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, count);
            while (bytes.hasRemaining()) {
                spool.write(bytes);
            }
        }
    }
}
