package org.hexfuse.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.Test;

class NotesTest {
    @Test void keepsWhatIsWritten() throws Exception {
        try (var kernel = UserKernel.connect("mem:", new Notes()).failOnLeaks()) {
            var vfs = kernel.vfs();
            vfs.mkdir("/shopping");
            vfs.writeString("/shopping/today", "bread\n");
            vfs.rename("/shopping/today", "/shopping/tomorrow");
            assertThat(vfs.readString("/shopping/tomorrow")).isEqualTo("bread\n");
            vfs.truncate("/shopping/tomorrow", 2);
            assertThat(vfs.readString("/shopping/tomorrow")).isEqualTo("br");
            assertThat(vfs.stat("/shopping").nlink()).isEqualTo(2);
        }
    }
}
