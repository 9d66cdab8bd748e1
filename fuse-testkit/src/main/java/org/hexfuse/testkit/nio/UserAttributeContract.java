package org.hexfuse.testkit.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Test;

/** The attribute view "user": {@link UserDefinedFileAttributeView}. */
public interface UserAttributeContract extends NioFixture {
    private UserDefinedFileAttributeView view(Path file) {
        needs(NioFeature.USER_ATTRIBUTES);
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    }

    private String value(Path file, String name) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(view(file).size(name));
        view(file).read(name, buffer);
        return text(buffer);
    }

    @Test default void theUserViewHasItsName() throws IOException {
        assertThat(view(file("f", "")).name()).isEqualTo("user");
        assertThat(fileSystem().supportedFileAttributeViews()).contains("user");
    }

    @Test default void aNewFileHasNoUserAttribute() throws IOException {
        assertThat(view(file("f", "")).list()).isEmpty();
    }

    @Test default void aWrittenAttributeIsRead() throws IOException {
        file("f", "");
        ByteBuffer source = bytes("value");
        assertThat(view(at("f")).write("name", source)).isEqualTo(5);
        assertThat(source.hasRemaining()).isFalse();
        assertThat(view(at("f")).size("name")).isEqualTo(5);
        ByteBuffer target = ByteBuffer.allocate(10);
        assertThat(view(at("f")).read("name", target)).isEqualTo(5);
        assertThat(text(target)).isEqualTo("value");
    }

    @Test default void anAttributeIsWrittenAndReadWithDirectBuffers() throws IOException {
        view(file("f", "")).write("name", ByteBuffer.allocateDirect(4).put(bytes("text")).flip());
        ByteBuffer target = ByteBuffer.allocateDirect(4);
        assertThat(view(at("f")).read("name", target)).isEqualTo(4);
        assertThat(text(target)).isEqualTo("text");
    }

    @Test default void onlyWhatRemainsOfABufferIsWritten() throws IOException {
        view(file("f", "")).write("name", bytes("texture").position(1).limit(3));
        assertThat(value(at("f"), "name")).isEqualTo("ex");
    }

    @Test default void anAttributeIsReplaced() throws IOException {
        view(file("f", "")).write("name", bytes("a long value"));
        view(at("f")).write("name", bytes("short"));
        assertThat(value(at("f"), "name")).isEqualTo("short");
        assertThat(view(at("f")).list()).containsExactly("name");
    }

    @Test default void anAttributeMayBeEmpty() throws IOException {
        assertThat(view(file("f", "")).write("name", bytes(""))).isZero();
        assertThat(view(at("f")).list()).containsExactly("name");
        assertThat(view(at("f")).size("name")).isZero();
    }

    @Test default void anAttributeHasAnyBytes() throws IOException {
        byte[] value = new byte[256];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) i;
        }
        view(file("f", "")).write("name", ByteBuffer.wrap(value));
        assertThat(Files.getAttribute(at("f"), "user:name")).isEqualTo(value);
    }

    @Test default void attributesAreListed() throws IOException {
        file("f", "");
        for (String name : new String[]{"one", "two", "a.dotted.name"}) {
            view(at("f")).write(name, bytes(name));
        }
        assertThat(view(at("f")).list()).containsExactlyInAnyOrder("one", "two", "a.dotted.name");
    }

    @Test default void aDeletedAttributeIsGone() throws IOException {
        view(file("f", "")).write("name", bytes("value"));
        view(at("f")).delete("name");
        assertThat(view(at("f")).list()).isEmpty();
    }

    @Test default void aMissingAttributeCannotBeRead() throws IOException {
        file("f", "");
        fails(at("f"), () -> view(at("f")).size("name"));
        fails(at("f"), () -> view(at("f")).read("name", ByteBuffer.allocate(1)));
        fails(at("f"), () -> view(at("f")).delete("name"));
    }

    @Test default void anAttributeIsNotReadIntoATooSmallBuffer() throws IOException {
        view(file("f", "")).write("name", bytes("value"));
        assertThatThrownBy(() -> view(at("f")).read("name", ByteBuffer.allocate(4))).isInstanceOf(IOException.class);
    }

    @Test default void anAttributeIsNotReadIntoAReadOnlyBuffer() throws IOException {
        view(file("f", "")).write("name", bytes("value"));
        refuses(IllegalArgumentException.class,
                () -> view(at("f")).read("name", ByteBuffer.allocate(9).asReadOnlyBuffer()));
    }

    @Test default void userAttributesAreSetAndReadByName() throws IOException {
        needs(NioFeature.USER_ATTRIBUTES);
        file("f", "");
        Files.setAttribute(at("f"), "user:one", "value".getBytes(UTF_8));
        Files.setAttribute(at("f"), "user:two", bytes("other"));
        assertThat(Files.getAttribute(at("f"), "user:one")).isEqualTo("value".getBytes(UTF_8));
        assertThat(Files.readAttributes(at("f"), "user:*")).containsOnlyKeys("one", "two");
    }

    @Test default void aDirectoryHasUserAttributes() throws IOException {
        view(folder("d")).write("name", bytes("value"));
        assertThat(value(at("d"), "name")).isEqualTo("value");
    }

    @Test default void userAttributesOfALinkAreThoseOfItsTarget() throws IOException {
        needs(NioFeature.USER_ATTRIBUTES);
        file("f", "");
        view(symlink("s", "f")).write("name", bytes("value"));
        assertThat(value(at("f"), "name")).isEqualTo("value");
    }

    @Test default void userAttributesNeedTheirFile() {
        fails(at("f"), () -> view(at("f")).list());
        fails(at("f"), () -> view(at("f")).write("name", bytes("value")));
    }

    @Test default void aMovedFileKeepsItsUserAttributes() throws IOException {
        view(file("f", "")).write("name", bytes("value"));
        Files.move(at("f"), at("g"));
        assertThat(value(at("g"), "name")).isEqualTo("value");
    }

    @Test default void aCopiedFileHasUserAttributesOnDemand() throws IOException {
        view(file("f", "")).write("name", bytes("value"));
        Files.copy(at("f"), at("g"), COPY_ATTRIBUTES);
        assertThat(value(at("g"), "name")).isEqualTo("value");
        Files.copy(at("f"), at("h"));
        assertThat(view(at("h")).list()).isEmpty();
    }

    @Test default void aWrittenFileKeepsItsUserAttributes() throws IOException {
        view(file("f", "text")).write("name", bytes("value"));
        Files.writeString(at("f"), "other");
        assertThat(value(at("f"), "name")).isEqualTo("value");
    }
}
