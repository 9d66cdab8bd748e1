package org.hexfuse.examples.archive;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
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

    private Archives() {}

    /**
     * Opens a zip, a tar, or a tar that is compressed as a whole.
     *
     * @throws IOException if the file can't be read or is none of these; the message is one line
     */
    static Archive open(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Optional<String> compression = compression(in);
            if (compression.isPresent()) {
                return TarArchive.open(decompressed(file, compression.get(), in));
            }
            String format = ArchiveStreamFactory.detect(in);
            return switch (format) {
                case ArchiveStreamFactory.ZIP, ArchiveStreamFactory.JAR -> ZipArchive.open(file);
                case ArchiveStreamFactory.TAR -> TarArchive.open(FileChannel.open(file, StandardOpenOption.READ));
                default -> throw new IOException(file + ": a " + format + " archive, not a zip or tar");
            };
        } catch (ArchiveException | CompressorException | IllegalArgumentException e) {
            throw new IOException(file + ": not a zip or tar archive: " + e.getMessage(), e);
        }
    }

    /** The compression of a file as a whole; empty if there is none that is known. */
    private static Optional<String> compression(InputStream in) {
        try {
            return Optional.of(CompressorStreamFactory.detect(in));
        } catch (CompressorException _) {
            return Optional.empty();
        }
    }

    /** A temporary file, which no name leads to, with the data of a compressed file. */
    private static FileChannel decompressed(Path file, String compression, InputStream in)
            throws IOException, CompressorException {
        FileChannel spool = FileChannel.open(Files.createTempFile("archive", ".tar"), StandardOpenOption.READ,
                StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        LOG.info("{}: decompressing ({}) into a temporary file", file, compression);
        try (InputStream data = new CompressorStreamFactory(true).createCompressorInputStream(compression, in)) {
            data.transferTo(Channels.newOutputStream(spool));
            spool.position(0);
            return spool;
        } catch (IOException | RuntimeException e) {
            spool.close();
            throw e;
        }
    }
}
