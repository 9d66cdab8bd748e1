package org.hexfuse.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.testkit.junit.KernelTest;
import org.hexfuse.testkit.junit.Served;
import org.hexfuse.vfs.Vfs;

class NotesTest {
    @Served final Notes notes = new Notes();

    @KernelTest void keepsWhatIsWritten(Vfs vfs) {
        vfs.mkdir("/shopping");
        vfs.writeString("/shopping/today", "bread\n");
        vfs.rename("/shopping/today", "/shopping/tomorrow");
        assertThat(vfs.readString("/shopping/tomorrow")).isEqualTo("bread\n");
        vfs.truncate("/shopping/tomorrow", 2);
        assertThat(vfs.readString("/shopping/tomorrow")).isEqualTo("br");
        assertThat(vfs.stat("/shopping").nlink()).isEqualTo(2);
    }

    @KernelTest void theRunningKernelKeepsItToo(Path mount) throws Exception {
        Files.writeString(mount.resolve("note"), "tea\n");
        assertThat(mount.resolve("note")).hasContent("tea\n");
    }
}
