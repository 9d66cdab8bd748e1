package org.hexfuse.testkit.nio;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The times of files. */
public interface TimeContract extends NioFixture {
    private static FileTime modified(Path path) throws IOException {
        return Files.getLastModifiedTime(path, NOFOLLOW_LINKS);
    }

    private static Path old(Path path) throws IOException {
        return Files.setLastModifiedTime(path, LONG_AGO);
    }

    private static BasicFileAttributeView view(Path path) {
        return Files.getFileAttributeView(path, BasicFileAttributeView.class);
    }

    @Test default void aNewFileIsModifiedNow() throws IOException {
        Instant modified = modified(file("f", "")).toInstant();
        assertThat(Duration.between(modified, Instant.now()).abs()).isLessThan(Duration.ofSeconds(10));
    }

    @Test default void theTimeOfModificationIsSet() throws IOException {
        assertThat(Files.setLastModifiedTime(file("f", ""), LONG_AGO)).isEqualTo(at("f"));
        assertThat(modified(at("f"))).isEqualTo(LONG_AGO);
    }

    @Test default void theTimeOfADirectoryIsSet() throws IOException {
        assertThat(modified(old(folder("d")))).isEqualTo(LONG_AGO);
    }

    @Test default void settingATimeFollowsALink() throws IOException {
        file("f", "");
        old(symlink("s", "f"));
        assertThat(modified(at("f"))).isEqualTo(LONG_AGO);
        assertThat(modified(at("s"))).isGreaterThan(LONG_AGO);
    }

    @Test default void theTimeOfALinkItselfIsSet() throws IOException {
        file("f", "");
        var view = Files.getFileAttributeView(symlink("s", "f"), BasicFileAttributeView.class, NOFOLLOW_LINKS);
        view.setTimes(LONG_AGO, null, null);
        assertThat(modified(at("s"))).isEqualTo(LONG_AGO);
        assertThat(modified(at("f"))).isGreaterThan(LONG_AGO);
    }

    @Test default void settingATimeNeedsTheFile() {
        fails(NoSuchFileException.class, at("f"), () -> old(at("f")));
    }

    @Test default void nanosecondsAreKept() throws IOException {
        needs(NioFeature.NANOSECONDS);
        FileTime time = FileTime.from(Instant.ofEpochSecond(1_234_567_890, 123_456_789));
        Files.setLastModifiedTime(file("f", ""), time);
        assertThat(modified(at("f"))).isEqualTo(time);
    }

    @Test default void timesBeforeTheEpochAreKept() throws IOException {
        FileTime time = FileTime.from(Instant.parse("1955-11-05T06:15:00Z"));
        Files.setLastModifiedTime(file("f", ""), time);
        assertThat(modified(at("f"))).isEqualTo(time);
    }

    @Test default void nanosecondsBeforeTheEpochAreKept() throws IOException {
        needs(NioFeature.NANOSECONDS);
        FileTime time = FileTime.from(Instant.ofEpochSecond(-2, 999_999_999));
        Files.setLastModifiedTime(file("f", ""), time);
        assertThat(modified(at("f"))).isEqualTo(time);
    }

    @Test default void timesAfterTheYear2038AreKept() throws IOException {
        FileTime time = FileTime.from(Instant.parse("2100-01-01T00:00:00Z"));
        Files.setLastModifiedTime(file("f", ""), time);
        assertThat(modified(at("f"))).isEqualTo(time);
    }

    @Test default void timesThatAreNotSetStay() throws IOException {
        needs(NioFeature.ACCESS_TIMES);
        FileTime later = FileTime.from(LONG_AGO.toInstant().plusSeconds(5));
        view(file("f", "")).setTimes(LONG_AGO, LONG_AGO, null);
        view(at("f")).setTimes(null, later, null);
        BasicFileAttributes attributes = view(at("f")).readAttributes();
        assertThat(attributes.lastModifiedTime()).isEqualTo(LONG_AGO);
        assertThat(attributes.lastAccessTime()).isEqualTo(later);
        view(at("f")).setTimes(later, null, null);
        attributes = view(at("f")).readAttributes();
        assertThat(attributes.lastModifiedTime()).isEqualTo(later);
        assertThat(attributes.lastAccessTime()).isEqualTo(later);
    }

    @Test default void settingNoTimeChangesNothing() throws IOException {
        old(file("f", ""));
        view(at("f")).setTimes(null, null, null);
        assertThat(modified(at("f"))).isEqualTo(LONG_AGO);
    }

    @Test default void theTimeOfAccessIsSetByName() throws IOException {
        needs(NioFeature.ACCESS_TIMES);
        file("f", "");
        Files.setAttribute(at("f"), "lastAccessTime", LONG_AGO);
        assertThat(Files.getAttribute(at("f"), "basic:lastAccessTime")).isEqualTo(LONG_AGO);
    }

    @Test default void aWriteChangesTheTimeOfModification() throws IOException {
        old(file("f", ""));
        try (SeekableByteChannel channel = Files.newByteChannel(at("f"), WRITE)) {
            channel.write(bytes("text"));
        }
        assertThat(modified(at("f"))).isGreaterThan(LONG_AGO);
    }

    @Test default void openingToWriteKeepsTheTimeOfModification() throws IOException {
        old(file("f", ""));
        Files.newByteChannel(at("f"), WRITE).close();
        assertThat(modified(at("f"))).isEqualTo(LONG_AGO);
    }

    @Test default void aReadKeepsTheTimeOfModification() throws IOException {
        old(file("f", "text"));
        assertThat(content(at("f"))).isEqualTo("text");
        assertThat(modified(at("f"))).isEqualTo(LONG_AGO);
    }

    @Test default void aCutChangesTheTimeOfModification() throws IOException {
        old(file("f", "text"));
        try (SeekableByteChannel channel = Files.newByteChannel(at("f"), WRITE)) {
            channel.truncate(1);
        }
        assertThat(modified(at("f"))).isGreaterThan(LONG_AGO);
    }

    @Test default void aTimeThatWasSetOutlivesTheChannelThatWrote() throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file("f", ""), WRITE)) {
            channel.write(bytes("text"));
            old(at("f"));
        }
        assertThat(modified(at("f"))).isEqualTo(LONG_AGO);
    }

    @Test default void aNewEntryChangesTheTimeOfItsDirectory() throws IOException {
        old(folder("d"));
        file("d/f", "");
        assertThat(modified(at("d"))).isGreaterThan(LONG_AGO);
    }

    @Test default void aDeletedEntryChangesTheTimeOfItsDirectory() throws IOException {
        folder("d");
        file("d/f", "");
        old(at("d"));
        Files.delete(at("d/f"));
        assertThat(modified(at("d"))).isGreaterThan(LONG_AGO);
    }

    @Test default void aMovedEntryChangesTheTimesOfBothDirectories() throws IOException {
        folder("d");
        file("d/f", "");
        old(at("d"));
        old(folder("e"));
        Files.move(at("d/f"), at("e/f"));
        assertThat(modified(at("d"))).isGreaterThan(LONG_AGO);
        assertThat(modified(at("e"))).isGreaterThan(LONG_AGO);
    }

    @Test default void aChangedFileKeepsTheTimeOfItsDirectory() throws IOException {
        folder("d");
        file("d/f", "");
        old(at("d"));
        Files.writeString(at("d/f"), "text");
        assertThat(modified(at("d"))).isEqualTo(LONG_AGO);
    }

    @Test default void aFileHasATimeOfCreation() throws IOException {
        assertThat(view(file("f", "")).readAttributes().creationTime()).isNotNull();
    }
}
