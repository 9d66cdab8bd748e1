package org.hexfuse.command.shell;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Copies a tree from one filesystem to another, with modes, times and links of both kinds. What has the name of a file is replaced; what is
 * in a directory already stays.
 */
final class TreeCopy implements TreeWalk.Visitor {
    private static final int CHUNK = 1 << 20;
    private static final int PERMISSIONS = 07777;
    /** The mode of a directory until its entries are copied. */
    private static final int WHILE_FILLED = 0700;
    private static final String ATTRIBUTES = "unix:mode,nlink,dev,ino,rdev,lastAccessTime,lastModifiedTime";
    private static final String MODE = "unix:mode";
    private static final long SKIPPED = -1;

    private final Path from;
    private final Path to;
    private final Progress progress;
    private final CopyReport report;
    private final SpecialFiles specialFiles;
    private final Failures failures;
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    private final Deque<Map<String, Object>> directories = new ArrayDeque<>();
    /** Where files with several links were copied to. */
    private final Map<String, Path> copies = new HashMap<>();

    /** What is done with a device file, a FIFO or a socket. */
    @FunctionalInterface interface SpecialFiles {
        /** Copies it, and returns true; or skips it. */
        boolean copy(Path source, Path target, int mode, long device) throws IOException;
    }

    /** What is done with what could not be copied. */
    interface Failures {
        /** The first one ends the copy. */
        Failures FINAL = failure -> {
            throw failure;
        };

        /** Throws it, or goes on, without what is below a directory. */
        void add(CommandFailure failure);
    }

    private TreeCopy(Path from, Path to, Progress progress, CopyReport report, SpecialFiles specialFiles,
            Failures failures) {
        this.from = from;
        this.to = to;
        this.progress = progress;
        this.report = report;
        this.specialFiles = specialFiles;
        this.failures = failures;
    }

    /** The bytes of all files below a path; of those that can be found, or the first failure ends the count. */
    static long sizeOf(Path root, boolean stopAtFailure) {
        var bytes = new LongAdder();
        TreeWalk.walk(root, new TreeWalk.Visitor() {
            @Override public void enter(Path file, BasicFileAttributes attributes) {
                bytes.add(attributes.isRegularFile() ? attributes.size() : 0);
            }

            @Override public void failed(CommandFailure failure) {
                if (stopAtFailure) {
                    throw failure;
                }
            }
        });
        return bytes.sum();
    }

    /** Copies {@code from}, and what is below it, to the path {@code to}, and counts in {@code report} what is copied. */
    static void copy(Path from, Path to, Progress progress, CopyReport report, SpecialFiles specialFiles,
            Failures failures) {
        TreeWalk.walk(from, new TreeCopy(from, to, progress, report, specialFiles, failures));
    }

    @Override public void failed(CommandFailure failure) {
        failures.add(failure);
    }

    private Path target(Path source) {
        return to.resolve(from.relativize(source).toString());
    }

    @Override public void enter(Path source, BasicFileAttributes basic) throws IOException {
        Path target = target(source);
        Map<String, Object> attributes = Files.readAttributes(source, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        if (basic.isDirectory()) {
            makeDirectory(target);
            directories.addLast(attributes);
        } else if (isDevice(target)) {
            report.copied(copyContent(source, target, StandardOpenOption.WRITE));
        } else {
            remove(target);
            if (isLinked(attributes, target)) {
                report.copied(0);
                return;
            }
            long bytes = copyFile(source, target, basic, attributes);
            if (bytes != SKIPPED) {
                if ((int) attributes.get("nlink") > 1) {
                    copies.put(identity(attributes), target);
                }
                setAttributes(target, attributes, basic.isSymbolicLink());
                report.copied(bytes);
            }
        }
    }

    @Override public void leave(Path source) throws IOException {
        setAttributes(target(source), directories.removeLast(), false);
    }

    /** Returns the bytes of its content, or {@link #SKIPPED}. */
    private long copyFile(Path source, Path target, BasicFileAttributes basic, Map<String, Object> attributes)
            throws IOException {
        if (basic.isSymbolicLink()) {
            String text = Files.readSymbolicLink(source).toString();
            Files.createSymbolicLink(target, target.getFileSystem().getPath(text));
        } else if (basic.isRegularFile()) {
            return copyContent(source, target, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        } else if (!specialFiles.copy(source, target, (int) attributes.get("mode"), (long) attributes.get("rdev"))) {
            return SKIPPED;
        }
        return 0;
    }

    /** What is there and has no content of its own, such as /dev/null, is written to. */
    private static boolean isDevice(Path target) throws IOException {
        return Files.exists(target) && Files.readAttributes(target, BasicFileAttributes.class).isOther();
    }

    private static void remove(Path target) throws IOException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw CommandFailure.of(CommandFailure.shortened(target.toString()) + ": is a directory");
        }
        Files.deleteIfExists(target);
    }

    /** Whether the file was copied by another name, to which the target is a link now. */
    private boolean isLinked(Map<String, Object> attributes, Path target) throws IOException {
        Path before = copies.get(identity(attributes));
        if (before != null) {
            Files.createLink(target, before);
        }
        return before != null;
    }

    private static String identity(Map<String, Object> attributes) {
        return attributes.get("dev") + ":" + attributes.get("ino");
    }

    private static void makeDirectory(Path target) throws IOException {
        if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(target);
        }
        Files.setAttribute(target, MODE, WHILE_FILLED);
    }

    private static void setAttributes(Path target, Map<String, Object> attributes, boolean symbolicLink)
            throws IOException {
        if (!symbolicLink) {
            Files.setAttribute(target, MODE, (int) attributes.get("mode") & PERMISSIONS);
        }
        Files.getFileAttributeView(target, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS).setTimes(
                (FileTime) attributes.get("lastModifiedTime"), (FileTime) attributes.get("lastAccessTime"), null);
    }

    /** Returns the number of bytes. */
    private long copyContent(Path source, Path target, StandardOpenOption... options) throws IOException {
        long bytes = 0;
        try (SeekableByteChannel in = Files.newByteChannel(source);
                ByteChannel out = Files.newByteChannel(target, options)) {
            while (in.read(chunk.clear()) > 0) {
                chunk.flip();
                while (chunk.hasRemaining()) {
                    int written = out.write(chunk);
                    progress.advance(written);
                    bytes += written;
                }
            }
        }
        return bytes;
    }
}
