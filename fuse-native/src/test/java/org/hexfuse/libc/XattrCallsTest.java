package org.hexfuse.libc;

import org.hexfuse.posix.OpenFlags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.Name;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XattrCallsTest {
    private static final Name NAME = Name.of("user.colour");
    private static final byte[] RED = {0, 1, 2};
    private static final byte[] BLUE = {};

    @TempDir private Path scratch;
    private NativePath path;

    @BeforeEach void make() throws Exception {
        path = NativePath.of(scratch).resolve("f");
        Fd.open(path, OpenFlags.WRONLY | OpenFlags.CREAT, 0600).close();
        try {
            XattrCalls.set(path, Name.of("user.probe"), RED, 0, true);
            XattrCalls.remove(path, Name.of("user.probe"), true);
        } catch (LibcException e) {
            assumeTrue(e.errno() != Errno.EOPNOTSUPP, "no extended attributes in " + scratch);
            throw e;
        }
    }

    @Test void setsGetsListsAndRemovesAnAttribute() throws Exception {
        XattrCalls.set(path, NAME, RED, XattrCalls.CREATE, true);
        assertThat(XattrCalls.get(path, NAME, true)).isEqualTo(RED);
        assertThat(XattrCalls.list(path, false)).contains(NAME);
        assertThatThrownBy(() -> XattrCalls.set(path, NAME, BLUE, XattrCalls.CREATE, true))
                .hasMessageContaining("EEXIST");
        XattrCalls.remove(path, NAME, true);
        assertThatThrownBy(() -> XattrCalls.get(path, NAME, true)).hasMessageContaining("ENODATA");
        assertThatThrownBy(() -> XattrCalls.set(path, NAME, BLUE, XattrCalls.REPLACE, true))
                .hasMessageContaining("ENODATA");
    }

    @Test void setsAndGetsByDescriptor() throws Exception {
        try (Fd fd = Fd.open(path, OpenFlags.RDONLY, 0)) {
            XattrCalls.set(fd, NAME, BLUE, 0);
            assertThat(XattrCalls.get(fd, NAME)).isEmpty();
        }
    }

    @Test void rejectsUserAttributesOfASymbolicLink() throws Exception {
        NativePath link = NativePath.of(scratch).resolve("s");
        NameCalls.symlink(NativePath.of("f"), link);
        assertThatThrownBy(() -> XattrCalls.set(link, NAME, RED, 0, false)).hasMessageContaining("EPERM");
        XattrCalls.set(link, NAME, RED, 0, true);
        assertThat(XattrCalls.get(path, NAME, true)).isEqualTo(RED);
    }
}
