package org.hexfuse.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributeView;
import org.junit.jupiter.api.Test;

/** {@link FileStore} and what a file system says of itself. */
public interface StoreContract extends NioFixture {
    private FileStore store() throws IOException {
        needs(NioFeature.FILE_STORES);
        return Files.getFileStore(directory());
    }

    @Test default void aFileSystemIsOpen() {
        assertThat(fileSystem().isOpen()).isTrue();
    }

    @Test default void aFileSystemIsWritable() {
        assertThat(fileSystem().isReadOnly()).isFalse();
    }

    @Test default void aFileSystemHasOneRoot() {
        assertThat(fileSystem().getSeparator()).isEqualTo("/");
        assertThat(fileSystem().getRootDirectories()).containsExactly(path("/"));
        assertThat(Files.isDirectory(path("/"))).isTrue();
    }

    @Test default void aFileSystemNamesItsProvider() {
        assertThat(fileSystem().provider()).isSameAs(path("/").getFileSystem().provider());
        assertThat(directory().toUri().getScheme()).isEqualTo(fileSystem().provider().getScheme());
    }

    @Test default void aStoreHasANameAndAType() throws IOException {
        assertThat(store().name()).isNotNull();
        assertThat(store().type()).isNotEmpty();
        assertThat(store().isReadOnly()).isFalse();
    }

    @Test default void aStoreHasSpace() throws IOException {
        FileStore store = store();
        assertThat(store.getTotalSpace()).isPositive();
        assertThat(store.getUsableSpace()).isBetween(0L, store.getTotalSpace());
        assertThat(store.getUnallocatedSpace()).isBetween(0L, store.getTotalSpace());
    }

    @Test default void theSpaceOfAStoreIsReadByName() throws IOException {
        assertThat(store().getAttribute("totalSpace")).isEqualTo(store().getTotalSpace());
        assertThat(store().getAttribute("usableSpace")).isInstanceOf(Long.class);
        assertThat(store().getAttribute("unallocatedSpace")).isInstanceOf(Long.class);
    }

    @Test default void anUnknownAttributeOfAStoreIsUnsupported() throws IOException {
        FileStore store = store();
        refuses(UnsupportedOperationException.class, () -> store.getAttribute("nothing"));
    }

    @Test default void aStoreSupportsTheBasicView() throws IOException {
        assertThat(store().supportsFileAttributeView("basic")).isTrue();
        assertThat(store().supportsFileAttributeView(BasicFileAttributeView.class)).isTrue();
        assertThat(store().supportsFileAttributeView("nothing")).isFalse();
    }

    @Test default void theFilesOfADirectoryAreInItsStore() throws IOException {
        assertThat(Files.getFileStore(file("f", ""))).isEqualTo(store()).hasSameHashCodeAs(store());
    }

    @Test default void aStoreNeedsAFile() {
        needs(NioFeature.FILE_STORES);
        fails(NoSuchFileException.class, at("f"), () -> Files.getFileStore(at("f")));
    }
}
