package org.hexfuse.nio;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random calls of {@link Files}, on the default provider and here, have the same results and the same exceptions. */
final class RandomProgramsTest {
    private static final String[] NAMES = {"a", "b", "c", "d"};
    private static final List<CopyOption[]> COPIES = List.of(options(), options(REPLACE_EXISTING),
            options(COPY_ATTRIBUTES), options(NOFOLLOW_LINKS), options(REPLACE_EXISTING, NOFOLLOW_LINKS),
            options(REPLACE_EXISTING, COPY_ATTRIBUTES));
    /** Without REPLACE_EXISTING, where the default provider also removes the target of a move that then fails. */
    private static final List<CopyOption[]> MOVES = List.of(options(), options(ATOMIC_MOVE));
    private static final List<OpenOption[]> OPENS = List.of(opens(READ), opens(WRITE), opens(WRITE, CREATE),
            opens(WRITE, CREATE_NEW), opens(WRITE, TRUNCATE_EXISTING), opens(APPEND), opens(READ, WRITE, CREATE),
            opens(READ, NOFOLLOW_LINKS), opens(WRITE, CREATE, NOFOLLOW_LINKS));

    private static final List<String> KINDS = List.of("createDirectory", "createDirectory", "createDirectories",
            "writeString", "writeString", "createSymbolicLink", "createLink", "delete", "deleteIfExists", "copy",
            "copy",
            "move", "move", "open", "readString", "attributes", "list", "toRealPath", "isSameFile", "exists",
            "readSymbolicLink");

    private static CopyOption[] options(CopyOption... options) {
        return options;
    }

    private static OpenOption[] opens(OpenOption... options) {
        return options;
    }

    /** One call on files below a root: what it returns. */
    @FunctionalInterface private interface Call {
        Object on(Path root) throws IOException;
    }

    /**
     * A call of a program.
     *
     * @param text for the message of a failure
     */
    private record Step(String text, Call call) {}

    /** A path that stays below the root. Its first and last names are names: rename(2) refuses others at the end. */
    private static String path(Random random) {
        var names = new ArrayList<String>();
        int depth = 1 + random.nextInt(3);
        for (int i = 0; i < depth; i++) {
            int kind = i == 0 || i == depth - 1 ? 2 : random.nextInt(10);
            names.add(kind == 0 ? ".." : kind == 1 ? "." : NAMES[random.nextInt(NAMES.length)]);
        }
        return String.join("/", names);
    }

    private static <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static Step step(Random random) {
        String one = path(random);
        String other = path(random);
        LinkOption[] links = random.nextBoolean() ? new LinkOption[0] : new LinkOption[]{NOFOLLOW_LINKS};
        int kind = random.nextInt(KINDS.size());
        Call call = switch (KINDS.get(kind)) {
            case "createDirectory" -> root -> Files.createDirectory(root.resolve(one));
            case "createDirectories" -> root -> Files.createDirectories(root.resolve(one));
            case "writeString" -> root -> Files.writeString(root.resolve(one), other);
            case "createSymbolicLink" -> root -> Files.createSymbolicLink(root.resolve(one),
                    root.getFileSystem().getPath(other));
            case "createLink" -> root -> Files.createLink(root.resolve(one), root.resolve(other));
            case "delete" -> deleting(one);
            case "deleteIfExists" -> root -> Files.deleteIfExists(root.resolve(one));
            case "copy" -> copying(one, other, any(COPIES, random));
            case "move" -> moving(one, other, any(MOVES, random));
            case "open" -> opening(one, any(OPENS, random));
            case "readString" -> root -> Files.readString(root.resolve(one));
            case "attributes" -> root -> attributes(root.resolve(one), links);
            case "list" -> root -> names(root.resolve(one));
            case "toRealPath" -> root -> root.toRealPath().relativize(root.resolve(one).normalize().toRealPath(links));
            case "isSameFile" -> root -> Files.isSameFile(root.resolve(one), root.resolve(other));
            case "exists" -> root -> Files.exists(root.resolve(one), links) + " " + Files.isReadable(root.resolve(one));
            default -> root -> Files.readSymbolicLink(root.resolve(one));
        };
        return new Step(KINDS.get(kind) + " " + one + " " + other + " " + links.length, call);
    }

    private static Call deleting(String path) {
        return root -> {
            Files.delete(root.resolve(path));
            return "";
        };
    }

    private static Call copying(String from, String to, CopyOption... options) {
        return root -> Files.copy(root.resolve(from), root.resolve(to), options);
    }

    private static Call moving(String from, String to, CopyOption... options) {
        return root -> Files.move(root.resolve(from), root.resolve(to), options);
    }

    private static Call opening(String path, OpenOption... options) {
        return root -> {
            try (var channel = Files.newByteChannel(root.resolve(path), options)) {
                return channel.isOpen();
            }
        };
    }

    private static Object attributes(Path path, LinkOption... options) throws IOException {
        PosixFileAttributes all = Files.readAttributes(path, PosixFileAttributes.class, options);
        BasicFileAttributes basic = all;
        boolean sized = basic.isRegularFile() || basic.isSymbolicLink();
        return basic.isDirectory() + " " + basic.isRegularFile() + " " + basic.isSymbolicLink() + " "
                + (sized ? basic.size() : 0) + " " + PosixFilePermissions.toString(all.permissions());
    }

    private static Object names(Path directory) throws IOException {
        var names = new TreeSet<String>();
        try (var stream = Files.newDirectoryStream(directory)) {
            stream.forEach(path -> names.add(path.getFileName().toString()));
        }
        return names;
    }

    /**
     * What a call returns or throws, as text without the root. Of an exception of no particular class only that is compared: the default
     * provider has some without a file where there is one here.
     */
    private static String outcome(Call call, Path root) {
        String text;
        try {
            text = String.valueOf(call.on(root));
        } catch (NotLinkException | NotDirectoryException | NoSuchFileException | FileAlreadyExistsException
                | DirectoryNotEmptyException | AccessDeniedException e) {
            text = e.getClass().getSimpleName() + " " + e.getFile() + " " + e.getOtherFile();
        } catch (IOException e) {
            text = "IOException";
        }
        return text.replace(root.toString(), "");
    }

    private static List<String> tree(Path root) throws IOException {
        try (var walk = Files.walk(root)) {
            return walk.map(path -> {
                try {
                    return path.toString().substring(root.toString().length()) + " " + attributes(path, NOFOLLOW_LINKS)
                            + (Files.isRegularFile(path, NOFOLLOW_LINKS) ? Files.readString(path) : "");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).sorted().toList();
        }
    }

    @Test void callsDoAsByTheDefaultProvider(@TempDir Path directory) throws IOException {
        try (var kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
                HexfuseFileSystem files = HexfuseFileSystem.of(kernel.vfs())) {
            var differences = new ArrayList<String>();
            for (int seed = 0; seed < 150; seed++) {
                Path expected = Files.createDirectory(directory.resolve("r" + seed));
                Path root = Files.createDirectory(files.getPath("/r" + seed));
                difference(seed, expected, root).ifPresent(differences::add);
            }
            assertThat(differences).isEmpty();
        }
    }

    /** The first difference of a program. */
    private static Optional<String> difference(int seed, Path expected, Path root) throws IOException {
        for (int i = 0; i < 120; i++) {
            Step step = step(new Random(1000L * seed + i));
            String wanted = outcome(step.call(), expected);
            String outcome = outcome(step.call(), root);
            if (!outcome.equals(wanted)) {
                return Optional.of("program %d, call %d, %s: %s, and by the default provider %s".formatted(seed, i,
                        step.text(), outcome, wanted));
            }
        }
        List<String> tree = tree(root);
        List<String> wanted = tree(expected);
        return tree.equals(wanted) ? Optional.empty()
                : Optional.of("program " + seed + ": " + tree + ", and by the default provider " + wanted);
    }
}
