package org.hexfuse.testkit.nio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The streams of bytes and of characters, and the short ways to read and to write whole files. */
public interface StreamContract extends NioFixture {
    @Test default void anInputStreamReadsToTheEnd() throws IOException {
        try (InputStream in = Files.newInputStream(file("f", "text"))) {
            assertThat(in.read()).isEqualTo('t');
            byte[] bytes = new byte[10];
            assertThat(in.read(bytes, 1, 9)).isEqualTo(3);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read(bytes)).isEqualTo(-1);
            assertThat(new String(bytes, 1, 3, UTF_8)).isEqualTo("ext");
        }
    }

    @Test default void anInputStreamKnowsHowMuchIsAvailable() throws IOException {
        try (InputStream in = Files.newInputStream(file("f", "text"))) {
            assertThat(in.available()).isEqualTo(4);
            assertThat(in.read()).isEqualTo('t');
            assertThat(in.available()).isEqualTo(3);
        }
    }

    @Test default void anInputStreamSkips() throws IOException {
        try (InputStream in = Files.newInputStream(file("f", "texture"))) {
            in.skipNBytes(4);
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("ure");
        }
    }

    @Test default void anInputStreamReadsNothingIntoNothing() throws IOException {
        try (InputStream in = Files.newInputStream(file("f", "text"))) {
            assertThat(in.read(new byte[0])).isZero();
            assertThat(in.readNBytes(2)).containsExactly('t', 'e');
        }
    }

    @Test default void anInputStreamIsTransferred() throws IOException {
        var out = new ByteArrayOutputStream();
        try (InputStream in = Files.newInputStream(file("f", "text"))) {
            assertThat(in.transferTo(out)).isEqualTo(4);
        }
        assertThat(out).hasToString("text");
    }

    @Test default void anInputStreamNeedsItsFile() {
        fails(NoSuchFileException.class, at("f"), () -> Files.newInputStream(at("f")));
    }

    @Test default void anInputStreamDoesNotWrite() throws IOException {
        Path file = file("f", "");
        refuses(UnsupportedOperationException.class, () -> Files.newInputStream(file, WRITE));
        refuses(UnsupportedOperationException.class, () -> Files.newInputStream(file, APPEND));
    }

    @Test default void anInputStreamMayDeleteItsFile() throws IOException {
        try (InputStream in = Files.newInputStream(file("f", "text"), READ, DELETE_ON_CLOSE)) {
            assertThat(in.read()).isEqualTo('t');
        }
        assertThat(exists(at("f"))).isFalse();
    }

    @Test default void aClosedInputStreamReadsNothing() throws IOException {
        InputStream in = Files.newInputStream(file("f", "text"));
        in.close();
        in.close();
        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    }

    @Test default void anOutputStreamMakesItsFile() throws IOException {
        try (OutputStream out = Files.newOutputStream(at("f"))) {
            out.write('t');
            out.write("-ext-".getBytes(UTF_8), 1, 3);
        }
        assertThat(content(at("f"))).isEqualTo("text");
    }

    @Test default void anOutputStreamEmptiesItsFile() throws IOException {
        Files.newOutputStream(file("f", "text")).close();
        assertThat(Files.size(at("f"))).isZero();
    }

    @Test default void anOutputStreamTakesOptions() throws IOException {
        try (OutputStream out = Files.newOutputStream(file("f", "text"), APPEND)) {
            out.write("ure".getBytes(UTF_8));
        }
        assertThat(content(at("f"))).isEqualTo("texture");
        fails(FileAlreadyExistsException.class, at("f"), () -> Files.newOutputStream(at("f"), CREATE_NEW));
    }

    @Test default void anOutputStreamDoesNotRead() throws IOException {
        Path file = file("f", "");
        refuses(IllegalArgumentException.class, () -> Files.newOutputStream(file, READ));
    }

    @Test default void aClosedOutputStreamWritesNothing() throws IOException {
        OutputStream out = Files.newOutputStream(at("f"));
        out.close();
        out.close();
        assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
    }

    @Test default void bytesAreWrittenAndRead() throws IOException {
        byte[] bytes = {0, -1, 127, -128, 10, 13};
        assertThat(Files.write(at("f"), bytes)).isEqualTo(at("f"));
        assertThat(Files.readAllBytes(at("f"))).isEqualTo(bytes);
    }

    @Test default void writingBytesReplacesTheContent() throws IOException {
        Files.write(file("f", "a long text"), new byte[]{'x'});
        assertThat(content(at("f"))).isEqualTo("x");
    }

    @Test default void aStringIsWrittenAndRead() throws IOException {
        Files.writeString(at("f"), "\u00e4\n\ud83d\ude00");
        assertThat(Files.readString(at("f"))).isEqualTo("\u00e4\n\ud83d\ude00");
        assertThat(Files.size(at("f"))).isEqualTo(7);
    }

    @Test default void aStringHasItsCharset() throws IOException {
        Files.writeString(at("f"), "\u00e4", ISO_8859_1);
        assertThat(Files.size(at("f"))).isEqualTo(1);
        assertThat(Files.readString(at("f"), ISO_8859_1)).isEqualTo("\u00e4");
        assertThatThrownBy(() -> Files.readString(at("f"))).isInstanceOf(MalformedInputException.class);
    }

    @Test default void aStringIsAppended() throws IOException {
        Files.writeString(file("f", "text"), "ure", APPEND);
        assertThat(content(at("f"))).isEqualTo("texture");
    }

    @Test default void linesAreWrittenAndRead() throws IOException {
        Files.write(at("f"), List.of("one", "", "three"));
        assertThat(Files.readAllLines(at("f"))).containsExactly("one", "", "three");
        try (Stream<String> lines = Files.lines(at("f"))) {
            assertThat(lines).containsExactly("one", "", "three");
        }
    }

    @Test default void linesOfAHundredKibibytesAreCounted() throws IOException {
        Files.writeString(at("f"), "0123456789\n".repeat(10_000));
        try (Stream<String> lines = Files.lines(at("f"))) {
            assertThat(lines.parallel().filter("0123456789"::equals).count()).isEqualTo(10_000);
        }
    }

    @Test default void charactersAreWrittenAndRead() throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(at("f"))) {
            writer.write("\u00fcber");
            writer.newLine();
        }
        try (BufferedReader reader = Files.newBufferedReader(at("f"))) {
            assertThat(reader.readLine()).isEqualTo("\u00fcber");
            assertThat(reader.readLine()).isNull();
        }
    }

    @Test default void wholeFilesNeedToExist() {
        fails(NoSuchFileException.class, at("f"), () -> Files.readAllBytes(at("f")));
        fails(NoSuchFileException.class, at("f"), () -> Files.readString(at("f")));
        fails(NoSuchFileException.class, at("f"), () -> Files.readAllLines(at("f")));
        fails(NoSuchFileException.class, at("f"), () -> Files.writeString(at("f"), "", WRITE));
    }

    @Test default void aDirectoryHasNoBytes() throws IOException {
        folder("d");
        assertThatThrownBy(() -> Files.readAllBytes(at("d"))).isInstanceOf(IOException.class);
        fails(at("d"), () -> Files.write(at("d"), new byte[1]));
    }

    @Test default void mismatchIsTheFirstDifference() throws IOException {
        file("f", "texture");
        file("g", "texts");
        file("h", "text");
        assertThat(Files.mismatch(at("f"), at("g"))).isEqualTo(4);
        assertThat(Files.mismatch(at("f"), at("h"))).isEqualTo(4);
        assertThat(Files.mismatch(at("f"), file("copy", "texture"))).isEqualTo(-1);
        assertThat(Files.mismatch(at("x"), at("x"))).isEqualTo(-1);
    }

    @Test default void createFileMakesAnEmptyFile() throws IOException {
        assertThat(Files.createFile(at("f"))).isEqualTo(at("f"));
        assertThat(Files.size(at("f"))).isZero();
        fails(FileAlreadyExistsException.class, at("f"), () -> Files.createFile(at("f")));
    }

    @Test default void temporaryFilesHaveNamesOfTheirOwn() throws IOException {
        Path one = Files.createTempFile(directory(), "pre", ".suf");
        Path two = Files.createTempFile(directory(), "pre", ".suf");
        assertThat(one).isNotEqualTo(two).hasParent(directory());
        assertThat(one.getFileName().toString()).startsWith("pre").endsWith(".suf");
        assertThat(Files.size(one)).isZero();
    }

    @Test default void temporaryDirectoriesHaveNamesOfTheirOwn() throws IOException {
        Path one = Files.createTempDirectory(directory(), "pre");
        assertThat(one).isNotEqualTo(Files.createTempDirectory(directory(), "pre"));
        assertThat(Files.isDirectory(one)).isTrue();
        assertThat(one.getFileName().toString()).startsWith("pre");
    }

    @Test default void temporaryFilesAreForTheirOwner() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        Path file = Files.createTempFile(directory(), null, null);
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        Files.newOutputStream(file, CREATE).close();
        assertThat(file.getFileName().toString()).endsWith(".tmp");
    }
}
