package org.hexfuse.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import org.hexfuse.server.observe.ServerListener;
import org.junit.jupiter.api.Test;

/** A program that has this module and not Micrometer. */
class WithoutMicrometerTest {
    /** Defines this module's classes itself, and finds no class of Micrometer. */
    private static final class Loader extends ClassLoader {
        Loader() {
            super(WithoutMicrometerTest.class.getClassLoader());
        }

        @Override protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.micrometer.")) {
                throw new ClassNotFoundException(name);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null || !name.startsWith("org.hexfuse.metrics.")) {
                return loaded == null ? super.loadClass(name, resolve) : loaded;
            }
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test void eventsNeedNoMicrometer() throws Exception {
        Object events = Class.forName(ServerEvents.class.getName(), true, new Loader()).getConstructor().newInstance();
        assertThat(events).isInstanceOf(ServerListener.class).isNotInstanceOf(ServerEvents.class);
        assertThat(Class.forName(ServerRequestEvent.class.getName(), true, events.getClass().getClassLoader()))
                .isNotEqualTo(ServerRequestEvent.class);
        assertThatThrownBy(() -> Class.forName(ServerMeters.class.getName(), true, new Loader()).getConstructors())
                .isInstanceOf(NoClassDefFoundError.class);
    }
}
