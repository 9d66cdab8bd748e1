package org.hexfuse.testkit.nio;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The attributes that every provider has: {@link BasicFileAttributes}, and the ways to read and to set attributes. */
public interface AttributeContract extends NioFixture {
    /** A view that no provider has. */
    interface Unknown extends FileAttributeView {
        /** Attributes that no provider has. */
        interface Attributes extends BasicFileAttributes {}
    }

    private static BasicFileAttributes basic(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
    }

    @Test default void aFileIsARegularFile() throws IOException {
        BasicFileAttributes attributes = basic(file("f", "text"));
        assertThat(attributes.isRegularFile()).isTrue();
        assertThat(attributes.isDirectory()).isFalse();
        assertThat(attributes.isSymbolicLink()).isFalse();
        assertThat(attributes.isOther()).isFalse();
        assertThat(attributes.size()).isEqualTo(4);
    }

    @Test default void aDirectoryIsADirectory() throws IOException {
        BasicFileAttributes attributes = basic(folder("d"));
        assertThat(attributes.isDirectory()).isTrue();
        assertThat(attributes.isRegularFile()).isFalse();
        assertThat(attributes.isOther()).isFalse();
    }

    @Test default void aLinkIsALink() throws IOException {
        BasicFileAttributes attributes = basic(symlink("s", "nowhere"));
        assertThat(attributes.isSymbolicLink()).isTrue();
        assertThat(attributes.isRegularFile()).isFalse();
    }

    @Test default void theAttributesOfALinkAreThoseOfItsTarget() throws IOException {
        folder("d");
        assertThat(Files.readAttributes(symlink("s", "d"), BasicFileAttributes.class).isDirectory()).isTrue();
    }

    @Test default void attributesNeedTheirFile() throws IOException {
        fails(NoSuchFileException.class, at("f"), () -> basic(at("f")));
        fails(NoSuchFileException.class, at("f"), () -> Files.readAttributes(at("f"), "*"));
        fails(NoSuchFileException.class, at("f"), () -> Files.size(at("f")));
        Path link = symlink("s", "nowhere");
        fails(NoSuchFileException.class, link, () -> Files.readAttributes(link, BasicFileAttributes.class));
    }

    @Test default void attributesAreReadWhereTheFileExists() throws IOException {
        var provider = fileSystem().provider();
        assertThat(provider.readAttributesIfExists(at("f"), BasicFileAttributes.class)).isNull();
        file("f", "text");
        assertThat(provider.readAttributesIfExists(at("f"), BasicFileAttributes.class).size()).isEqualTo(4);
    }

    @Test default void attributesReadTwiceAreTwoValues() throws IOException {
        BasicFileAttributes before = basic(file("f", "text"));
        Files.writeString(at("f"), "texture");
        assertThat(before.size()).isEqualTo(4);
        assertThat(basic(at("f")).size()).isEqualTo(7);
    }

    @Test default void unknownAttributesAreUnsupported() throws IOException {
        file("f", "");
        refuses(UnsupportedOperationException.class, () -> Files.readAttributes(at("f"), Unknown.Attributes.class));
    }

    @Test default void anUnknownViewIsAbsent() throws IOException {
        assertThat(Files.getFileAttributeView(file("f", ""), Unknown.class)).isNull();
    }

    @Test default void aViewHasItsName() throws IOException {
        assertThat(Files.getFileAttributeView(at("f"), BasicFileAttributeView.class).name()).isEqualTo("basic");
    }

    @Test default void aViewNeedsItsFileOnlyWhenItReads() throws IOException {
        var view = Files.getFileAttributeView(at("f"), BasicFileAttributeView.class);
        fails(NoSuchFileException.class, at("f"), view::readAttributes);
        file("f", "text");
        assertThat(view.readAttributes().size()).isEqualTo(4);
    }

    @Test default void theFileSystemNamesItsViews() {
        assertThat(fileSystem().supportedFileAttributeViews()).contains("basic");
    }

    @Test default void attributesAreReadByName() throws IOException {
        file("f", "text");
        assertThat(Files.getAttribute(at("f"), "size")).isEqualTo(4L);
        assertThat(Files.getAttribute(at("f"), "basic:isRegularFile")).isEqualTo(true);
        assertThat(Files.getAttribute(at("f"), "lastModifiedTime")).isEqualTo(Files.getLastModifiedTime(at("f")));
    }

    @Test default void severalAttributesAreReadByName() throws IOException {
        assertThat(Files.readAttributes(file("f", "text"), "size,isDirectory"))
                .isEqualTo(Map.of("size", 4L, "isDirectory", false));
    }

    @Test default void aStarIsAllAttributes() throws IOException {
        assertThat(Files.readAttributes(file("f", "text"), "*")).containsOnlyKeys("size", "creationTime",
                "lastAccessTime", "lastModifiedTime", "isDirectory", "isRegularFile", "isSymbolicLink", "isOther",
                "fileKey");
        assertThat(Files.readAttributes(at("f"), "basic:size,*")).hasSize(9);
    }

    @Test default void anAttributeOfALinkItselfIsReadByName() throws IOException {
        assertThat(Files.getAttribute(symlink("s", "x"), "isSymbolicLink", NOFOLLOW_LINKS)).isEqualTo(true);
    }

    @Test default void anUnknownAttributeIsRefused() throws IOException {
        file("f", "");
        refuses(IllegalArgumentException.class, () -> Files.getAttribute(at("f"), "nothing"));
        refuses(IllegalArgumentException.class, () -> Files.readAttributes(at("f"), "size,nothing"));
        refuses(IllegalArgumentException.class, () -> Files.readAttributes(at("f"), ""));
    }

    @Test default void anAttributeOfAnUnknownViewIsUnsupported() throws IOException {
        file("f", "");
        refuses(UnsupportedOperationException.class, () -> Files.getAttribute(at("f"), "nothing:size"));
        refuses(UnsupportedOperationException.class, () -> Files.setAttribute(at("f"), "nothing:size", 1));
    }

    @Test default void anAttributeIsSetByName() throws IOException {
        file("f", "");
        assertThat(Files.setAttribute(at("f"), "lastModifiedTime", LONG_AGO)).isEqualTo(at("f"));
        assertThat(Files.getLastModifiedTime(at("f"))).isEqualTo(LONG_AGO);
    }

    @Test default void anAttributeThatCannotBeSetIsRefused() throws IOException {
        file("f", "text");
        refuses(IllegalArgumentException.class, () -> Files.setAttribute(at("f"), "size", 2L));
        refuses(IllegalArgumentException.class, () -> Files.setAttribute(at("f"), "basic:nothing", 2L));
        assertThat(Files.size(at("f"))).isEqualTo(4);
    }

    @Test default void anAttributeIsSetToItsType() throws IOException {
        file("f", "text");
        refuses(ClassCastException.class, () -> Files.setAttribute(at("f"), "lastModifiedTime", "now"));
    }

    @Test default void oneFileHasOneKey() throws IOException {
        needs(NioFeature.FILE_KEYS);
        Object key = basic(file("f", "text")).fileKey();
        Files.writeString(at("f"), "other");
        assertThat(basic(at("f")).fileKey()).isNotNull().isEqualTo(key).hasSameHashCodeAs(key);
    }

    @Test default void twoFilesHaveTwoKeys() throws IOException {
        needs(NioFeature.FILE_KEYS);
        assertThat(basic(file("f", "")).fileKey()).isNotEqualTo(basic(file("g", "")).fileKey());
    }

    @Test default void aMovedFileKeepsItsKey() throws IOException {
        needs(NioFeature.FILE_KEYS);
        Object key = basic(file("f", "")).fileKey();
        Files.move(at("f"), at("g"));
        assertThat(basic(at("g")).fileKey()).isEqualTo(key);
    }

    @Test default void allNamesOfAFileHaveItsKey() throws IOException {
        needs(NioFeature.FILE_KEYS);
        needs(NioFeature.HARD_LINKS);
        Files.createLink(at("g"), file("f", ""));
        assertThat(basic(at("g")).fileKey()).isEqualTo(basic(at("f")).fileKey());
    }

    @Test default void aFileMayBeReadAndWritten() throws IOException {
        file("f", "");
        assertThat(Files.isReadable(at("f"))).isTrue();
        assertThat(Files.isWritable(at("f"))).isTrue();
        assertThat(Files.isReadable(at("g"))).isFalse();
    }

    @Test default void aFileIsExecutableIfItsPermissionsSaySo() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        Files.setAttribute(file("f", ""), "posix:permissions",
                PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(Files.isExecutable(at("f"))).isFalse();
        Files.setAttribute(at("f"), "posix:permissions",
                PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(Files.isExecutable(at("f"))).isTrue();
    }

    @Test default void checkAccessNeedsTheFile() throws IOException {
        var provider = fileSystem().provider();
        fails(NoSuchFileException.class, at("f"), () -> provider.checkAccess(at("f")));
        fails(NoSuchFileException.class, at("f"), () -> provider.checkAccess(at("f"), AccessMode.READ));
        file("f", "");
        provider.checkAccess(at("f"), AccessMode.READ, AccessMode.WRITE);
        assertThatThrownBy(() -> provider.checkAccess(at("f/g"))).isInstanceOf(FileSystemException.class);
    }

    @Test default void aNameThatBeginsWithADotIsHidden() throws IOException {
        assertThat(Files.isHidden(file(".f", ""))).isTrue();
        assertThat(Files.isHidden(file("f.", ""))).isFalse();
        assertThat(Files.isHidden(path("/"))).isFalse();
    }

    @Test default void existsAndNotExistsAreOpposites() throws IOException {
        file("f", "");
        assertThat(Files.exists(at("f"))).isTrue();
        assertThat(Files.notExists(at("f"))).isFalse();
        assertThat(Files.exists(at("g"))).isFalse();
        assertThat(Files.notExists(at("g"))).isTrue();
    }

    @Test default void nothingExistsBelowAFile() throws IOException {
        file("f", "");
        assertThat(Files.exists(at("f/g"))).isFalse();
        assertThat(Files.isDirectory(at("f/g"))).isFalse();
        assertThat(Files.isRegularFile(at("f/."))).isFalse();
    }
}
