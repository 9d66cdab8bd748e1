package org.hexfuse.testkit.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.hexfuse.server.Attr;
import org.hexfuse.server.Entry;
import org.hexfuse.server.Forget;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.tree.Child;
import org.hexfuse.server.tree.Node;
import org.hexfuse.server.tree.TreeFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node takes of the heap beside the author's object, measured. */
@Timeout(120) class NodeMemoryTest {
    private static final int NODES = 400_000;
    private static final int MOST = 150;

    /** An author's object with a field of its own. */
    private static final class Numbered extends Node {
        private final int number;

        Numbered(int number) {
            super(FileType.REGULAR);
            this.number = number;
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.file(0444, number);
        }
    }

    /** As many bytes as an author's object with one field takes, had it no superclass. */
    private static final int AUTHORS = 16;

    /** The bytes of all live objects, of which the virtual machine makes a histogram after a collection. */
    private static long used() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(ProcessHandle.current().pid()), "GC.class_histogram").redirectErrorStream(true).start();
        String text = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
        assertThat(jcmd.waitFor()).as(text).isZero();
        String total = text.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
        return Long.parseLong(total.trim().split(" +", -1)[2]);
    }

    private static final class Numbers extends Node {
        Numbers() {
            super(FileType.DIRECTORY);
        }

        @Override public Attr getattr(GetAttr op) {
            return Attr.directory(0755);
        }

        @Override public Child lookup(Lookup op) {
            if (!op.name().toString().startsWith("f")) {
                throw FuseException.of(Errno.ENOENT);
            }
            return new Numbered(Integer.parseInt(op.name().toString().substring(1)));
        }
    }

    @Test void aLookedUpNodeTakesLessThan150BytesAndNoneOnceItIsForgotten() throws Exception {
        var fileSystem = TreeFileSystem.of(new Numbers());
        var ids = new long[NODES];
        lookUp(fileSystem, ids, 1000);
        long before = used();
        lookUp(fileSystem, ids, NODES);
        double bytes = (double) (used() - before) / (NODES - 1000) - AUTHORS;
        System.err.println("BYTES " + bytes);
        assertThat(fileSystem.referencedNodes()).isEqualTo(NODES + 1);
        assertThat(bytes).isBetween(100.0, (double) MOST);
        for (long id : ids) {
            fileSystem.forget(Forget.of(id, 1));
        }
        assertThat(fileSystem.referencedNodes()).isEqualTo(1);
        assertThat((double) (used() - before) / NODES).isLessThan(5);
    }

    private static void lookUp(TreeFileSystem fileSystem, long[] ids, int to) throws Exception {
        for (int i = 0; i < to; i++) {
            if (ids[i] == 0) {
                Entry entry = fileSystem.lookup(Lookup.of(1, Name.of("f%07d".formatted(i))));
                ids[i] = entry.node();
            }
        }
    }
}
