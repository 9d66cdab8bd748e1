package org.hexfuse.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.hexfuse.server.program.StateDirectory;

/** The sockets at which the mounts of this user are handed over, named by their mount points, in a directory that only the user may enter. */
final class HandoverSocket {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final int LONGEST_LABEL = 24;
    private static final int HASH = 8;

    private HandoverSocket() {}

    /** The socket of a mount point, as the mount table has it. */
    static Path of(String point) {
        return directory().resolve(name(point));
    }

    /** Part of the name is for people, the other keeps mount points apart. */
    static String name(String point) {
        String label = point.replaceAll("[^A-Za-z0-9._-]+", "-");
        String end = label.substring(Math.max(0, label.length() - LONGEST_LABEL));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(point.getBytes(UTF_8));
            return "mount" + end + "-" + HexFormat.of().formatHex(hash, 0, HASH) + ".sock";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Path directory() {
        return StateDirectory.of("hexfuse").resolve("handover");
    }

    /** Makes the directory. */
    static void makeDirectory() throws IOException {
        Path directory = directory();
        Files.createDirectories(directory.getParent());
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
        Files.setPosixFilePermissions(directory, OWNER_ONLY);
    }
}
