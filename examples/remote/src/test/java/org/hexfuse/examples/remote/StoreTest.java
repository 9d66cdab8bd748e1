package org.hexfuse.examples.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.hexfuse.examples.remote.script.ScriptedStore;
import org.hexfuse.examples.remote.store.ChangedException;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.examples.remote.store.Pages;
import org.hexfuse.examples.remote.store.Store;
import org.hexfuse.examples.remote.webdav.WebDavStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store is, of each implementation. */
@Timeout(30) class StoreTest {
    private final ScriptedStore script = new ScriptedStore();

    /** The tests of any store, which shows what is in {@link #script}. */
    abstract class Contract {
        abstract Store store() throws IOException;

        private List<String> names(String path) throws IOException, InterruptedException {
            var names = new ArrayList<String>();
            try (Pages pages = store().list(path)) {
                for (List<Item> page = pages.next(); !page.isEmpty(); page = pages.next()) {
                    assertThat(page).hasSizeLessThanOrEqualTo(1000);
                    page.forEach(item -> names.add(item.name()));
                }
            }
            return names;
        }

        @Test void statsFilesAndDirectories() throws Exception {
            script.directory("/d");
            script.file("/d/\u00fc b%20?#", new byte[5]);
            Item item = store().stat("/d/\u00fc b%20?#");
            assertThat(item.size()).isEqualTo(5);
            assertThat(item.directory()).isFalse();
            assertThat(item.version()).isEqualTo(script.stat("/d/\u00fc b%20?#").version());
            assertThat(item.modified().getEpochSecond())
                    .isEqualTo(script.stat("/d/\u00fc b%20?#").modified().getEpochSecond());
            assertThat(store().stat("/d").directory()).isTrue();
            assertThat(store().stat("/").directory()).isTrue();
            assertThatThrownBy(() -> store().stat("/d/none")).isInstanceOf(NoSuchFileException.class);
        }

        @Test void listsWhatIsRightBelowADirectory() throws Exception {
            script.directory("/d");
            script.file("/d/a b", new byte[1]);
            script.directory("/d/deep");
            script.file("/d/deep/no", new byte[1]);
            script.file("/e", new byte[1]);
            assertThat(names("/d")).containsExactlyInAnyOrder("a b", "deep");
            assertThat(names("/")).containsExactlyInAnyOrder("d", "e");
            assertThatThrownBy(() -> names("/none")).isInstanceOf(NoSuchFileException.class);
        }

        @Test void listsInPages() throws Exception {
            script.directory("/d");
            for (int i = 0; i < 1700; i++) {
                script.file("/d/" + i, new byte[1]);
            }
            assertThat(names("/d")).hasSize(1700).doesNotHaveDuplicates();
        }

        @Test void readsARangeOfAVersion() throws Exception {
            script.file("/f", "0123456789".getBytes(UTF_8));
            String version = store().stat("/f").version();
            assertThat(store().read("/f", version, 3, 4)).asString(UTF_8).isEqualTo("3456");
            assertThat(store().read("/f", version, 8, 4)).asString(UTF_8).isEqualTo("89");
            script.file("/f", "another".getBytes(UTF_8));
            assertThatThrownBy(() -> store().read("/f", version, 3, 4)).isInstanceOf(ChangedException.class);
        }

        @Test void createsAFileOnce() throws Exception {
            store().create("/f");
            assertThat(script.content("/f")).isEmpty();
            assertThatThrownBy(() -> store().create("/f")).isInstanceOf(FileAlreadyExistsException.class);
        }

        @Test void replacesAVersion() throws Exception {
            script.file("/f", "old".getBytes(UTF_8));
            String version = store().stat("/f").version();
            store().put("/f", new DavServer.Bytes("new".getBytes(UTF_8)), version);
            assertThat(script.content("/f")).asString(UTF_8).isEqualTo("new");
            assertThatThrownBy(() -> store().put("/f", new DavServer.Bytes(new byte[0]), version))
                    .isInstanceOf(ChangedException.class);
            store().put("/f", new DavServer.Bytes(new byte[0]), store().stat("/f").version());
            assertThat(script.content("/f")).isEmpty();
        }

        @Test void makesMovesAndDeletes() throws Exception {
            store().makeDirectory("/d");
            assertThatThrownBy(() -> store().makeDirectory("/d")).isInstanceOf(FileAlreadyExistsException.class);
            script.file("/d/f", "x".getBytes(UTF_8));
            store().move("/d/f", "/d/g h", false, true);
            assertThat(script.content("/d/g h")).asString(UTF_8).isEqualTo("x");
            script.file("/other", new byte[1]);
            assertThatThrownBy(() -> store().move("/d/g h", "/other", false, false))
                    .isInstanceOf(FileAlreadyExistsException.class);
            store().move("/d", "/e", true, true);
            assertThat(names("/e")).containsExactly("g h");
            store().delete("/e/g h", false);
            store().delete("/e", true);
            assertThat(names("/")).containsExactly("other");
        }

        @Test void throwsWhatIsNoAnswerWhenItFails() throws Exception {
            script.file("/f", new byte[10]);
            String version = store().stat("/f").version();
            script.fail("read", "/f", 1);
            assertThatThrownBy(() -> store().read("/f", version, 0, 1)).isExactlyInstanceOf(IOException.class);
            assertThat(store().read("/f", version, 0, 1)).hasSize(1);
        }
    }

    @Nested class AScript extends Contract {
        @Override Store store() {
            return script;
        }
    }

    @Nested class AWebDavServer extends Contract {
        private final DavServer server;
        private final Store store;

        AWebDavServer() throws IOException {
            server = new DavServer(script);
            store = new WebDavStore(server.url(), Optional.empty());
        }

        @AfterEach void close() {
            server.close();
        }

        @Override Store store() {
            return store;
        }

        @Test void isLoggedInTo() throws Exception {
            server.require("Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes(UTF_8)));
            assertThatThrownBy(() -> store.stat("/")).isInstanceOf(AccessDeniedException.class);
            assertThat(new WebDavStore(server.url(), Optional.of("me:secret\n")).stat("/").directory()).isTrue();
        }
    }
}
