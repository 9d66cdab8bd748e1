package org.hexfuse.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.spi.ToolProvider;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginTest {
    @TempDir Path directory;

    @AfterEach void forget() {
        System.clearProperty(Plugin.PROPERTY);
    }

    private void jar(Path file, String scheme) throws IOException {
        Path source = Files.createDirectories(directory.resolve("src")).resolve("Third.java");
        Files.writeString(source, """
                public class Third implements org.hexfuse.server.spi.FuseFileSystemProvider {
                    public String scheme() { return "%s"; }
                    public String description() { return "a third party's"; }
                    public org.hexfuse.server.FuseFileSystem create(org.hexfuse.transport.Address address) {
                        return new org.hexfuse.server.FuseFileSystem() {};
                    }
                }
                """.formatted(scheme));
        Path classes = Files.createDirectories(directory.resolve("classes"));
        String path = System.getProperty("java.class.path") + java.io.File.pathSeparator
                + System.getProperty("jdk.module.path", "");
        assertThat(ToolProvider.findFirst("javac").orElseThrow().run(System.out, System.err, "-proc:none", "-cp", path,
                "-d", classes.toString(), source.toString())).isZero();
        try (var zip = java.nio.file.FileSystems.newFileSystem(URI.create("jar:" + file.toUri()),
                Map.of("create", "true"))) {
            Files.copy(classes.resolve("Third.class"), zip.getPath("/Third.class"));
            Files.createDirectories(zip.getPath("/META-INF/services"));
            Files.writeString(zip.getPath("/META-INF/services/" + FuseFileSystemProvider.class.getName()), "Third");
        }
    }

    @Test void loadsJarsAndDirectoriesOfJars() throws Exception {
        Path plugins = Files.createDirectories(directory.resolve("plugins"));
        Path folder = Files.createDirectories(plugins.resolve("folder"));
        jar(plugins.resolve("one.jar"), "one");
        jar(folder.resolve("two.jar"), "two");
        Path three = directory.resolve("three.jar");
        jar(three, "three");
        System.setProperty(Plugin.PROPERTY, plugins + java.io.File.pathSeparator + three);
        FileSystems found = FileSystems.discover();
        assertThat(found.has("one")).isTrue();
        assertThat(found.has("two")).isTrue();
        assertThat(found.has("three")).isTrue();
        assertThat(found.has("memory")).isTrue();
        assertThat(found.plugins().values()).contains(plugins.resolve("one.jar"), folder, three);
    }

    @Test void skipsABrokenPlugin() throws Exception {
        Path broken = Files.writeString(directory.resolve("broken.jar"), "no jar");
        Path good = directory.resolve("good.jar");
        jar(good, "good");
        System.setProperty(Plugin.PROPERTY, broken + java.io.File.pathSeparator + directory.resolve("absent")
                + java.io.File.pathSeparator + good);
        FileSystems found = FileSystems.discover();
        assertThat(found.has("good")).isTrue();
        assertThat(found.has("memory")).isTrue();
    }
}
