package org.hexfuse.command;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.hexfuse.server.spi.FuseFileSystemProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A third party's filesystems: a jar, or a directory of jars with the dependencies that only they need. Each plugin has a class
 * loader of its own, so two plugins may need different versions of one library; Hexfuse's own classes come from the command.
 *
 * @param path the jar or the directory
 */
record Plugin(Path path) {
    /** The system property with the paths of plugins, separated like a class path. */
    static final String PROPERTY = "hexfuse.plugins";
    private static final Logger LOG = LoggerFactory.getLogger(Plugin.class);
    private static final String JAR = ".jar";

    /**
     * The plugins of {@value #PROPERTY}: a jar is a plugin; in a directory each jar is a plugin, and each
     * subdirectory is one with all its jars. Paths that do not exist are skipped.
     */
    static List<Plugin> configured() {
        var found = new ArrayList<Plugin>();
        for (String place : System.getProperty(PROPERTY, "").split(File.pathSeparator, -1)) {
            if (!place.isEmpty()) {
                addAll(found, Path.of(place));
            }
        }
        return found;
    }

    private static void addAll(List<Plugin> found, Path place) {
        if (!Files.isDirectory(place)) {
            if (Files.exists(place)) {
                found.add(new Plugin(place));
            }
            return;
        }
        try {
            for (Path child : children(place)) {
                if (isJar(child) || Files.isDirectory(child)) {
                    found.add(new Plugin(child));
                }
            }
        } catch (IOException e) {
            LOG.warn("plugins in {} can't be listed: {}", place, e.getMessage());
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        var children = new ArrayList<Path>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(children::add);
        }
        Collections.sort(children);
        return children;
    }

    private static boolean isJar(Path file) {
        return file.toString().endsWith(JAR) && Files.isRegularFile(file);
    }

    /** The providers of the plugin; none, and a warning, if it is broken. */
    List<FuseFileSystemProvider> providers() {
        var providers = new ArrayList<FuseFileSystemProvider>();
        try {
            // Open until the command exits: the filesystem loads its classes from it.
            @SuppressWarnings("resource") var loader = new URLClassLoader(path.toString(), urls(),
                    FuseFileSystemProvider.class.getClassLoader());
            for (FuseFileSystemProvider provider : ServiceLoader.load(FuseFileSystemProvider.class, loader)) {
                if (provider.getClass().getClassLoader().equals(loader)) {
                    providers.add(provider);
                }
            }
            if (providers.isEmpty()) {
                LOG.warn("plugin {} has no filesystem: no provider of {} in META-INF/services", path,
                        FuseFileSystemProvider.class.getName());
            }
        } catch (IOException | ServiceConfigurationError | LinkageError e) {
            LOG.warn("plugin {} is left out: {}", path, e.toString());
        }
        return providers;
    }

    private URL[] urls() throws IOException {
        List<Path> jars = Files.isDirectory(path) ? children(path).stream().filter(Plugin::isJar).toList()
                : List.of(path);
        var urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = url(jars.get(i));
        }
        return urls;
    }

    private static URL url(Path jar) throws MalformedURLException {
        return jar.toUri().toURL();
    }
}
