package org.hexfuse.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hexfuse.vfs.FuseAssertions.assertFails;

import java.util.ArrayList;
import java.util.List;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.EntryOut;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.vfs.StandInServer.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code name_to_handle_at(2)} and {@code open_by_handle_at(2)}, with the requests that Linux 6.18 sends. */
class FileHandleTest {
    private final StandInServer server = new StandInServer();
    private final Vfs vfs = Vfs.mount(server, VfsOptions.DEFAULT);
    private final List<String> lookups = new ArrayList<>();
    private Node above;
    private Node directory;
    private Node file;

    @BeforeEach void fill() {
        ListedServer.install(server);
        server.flags |= InitFlag.EXPORT_SUPPORT.mask();
        above = server.directory(server.root, "above");
        directory = server.directory(above, "d");
        file = server.file(directory, "f");
        server.answers.put(Opcode.LOOKUP, request -> {
            String name = StandInServer.name(request);
            lookups.add(request.node() + "/" + name);
            Node node = server.node(request);
            Node found = switch (name) {
                case "." -> node;
                case ".." -> node == directory ? above : server.root;
                default -> node.children.get(name);
            };
            if (found == null) {
                throw FuseException.of(Errno.ENOENT);
            }
            int length = server.entry(request, found);
            if (found == server.root) {
                server.lookups.remove(found.number);
            }
            return length;
        });
    }

    private FileHandle forgotten(String path) {
        FileHandle handle = vfs.nameToHandle(path);
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
        lookups.clear();
        return handle;
    }

    private void assertStale(FileHandle handle) {
        assertFails(Errno.ESTALE, () -> vfs.openByHandle(handle));
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
        assertThat(server.count(Opcode.OPEN)).isZero();
    }

    @Test void aHandleHasTheBytesOfLinux() {
        file.generation = 0x1_0000_0007L;
        FileHandle handle = vfs.nameToHandle("/above/d/f");
        assertThat(handle).isEqualTo(new FileHandle(file.number, 7));
        assertThat(FileHandle.of(FileHandle.TYPE, handle.toBytes())).isEqualTo(handle);
        byte[] parent = java.util.Arrays.copyOf(new FileHandle(0x8765_4321_9ABC_DEF0L, -1).toBytes(), 24);
        assertThat(FileHandle.of(0x82, parent)).isEqualTo(new FileHandle(0x8765_4321_9ABC_DEF0L, -1));
        assertFails(Errno.ESTALE, () -> FileHandle.of(1, handle.toBytes()));
        assertFails(Errno.ESTALE, () -> FileHandle.of(FileHandle.TYPE, new byte[11]));
    }

    @Test void aFileThatIsNotCachedIsLookedUpByDot() {
        FileHandle handle = forgotten("/above/d/f");
        try (OpenFile open = vfs.openByHandle(handle)) {
            assertThat(open.stat().ino()).isEqualTo(file.number);
        }
        assertThat(lookups).containsExactly(file.number + "/.");
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void aFileThatIsCachedIsNotLookedUp() {
        server.entrySeconds = 60;
        FileHandle handle = vfs.nameToHandle("/above/d/f");
        lookups.clear();
        server.flags &= ~InitFlag.EXPORT_SUPPORT.mask();
        vfs.openByHandle(handle).close();
        assertThat(lookups).isEmpty();
    }

    @Test void withoutExportSupportWhatIsNotCachedIsStale() {
        FileHandle handle = forgotten("/above/d/f");
        server.flags &= ~InitFlag.EXPORT_SUPPORT.mask();
        assertStale(handle);
        assertThat(lookups).isEmpty();
        vfs.openByHandle(new FileHandle(1, 0)).close();
    }

    @Test void withNoExportSupportThereAreNoHandles() {
        server.flags |= InitFlag.NO_EXPORT_SUPPORT.mask();
        assertFails(Errno.EOPNOTSUPP, () -> vfs.nameToHandle("/above/d/f"));
        assertFails(Errno.ESTALE, () -> vfs.openByHandle(new FileHandle(1, 0)));
        assertThat(vfs.nameToFid("/above/d/f")).isEqualTo(new FileHandle(file.number, 0));
    }

    @Test void aReusedNodeIdIsStale() {
        FileHandle handle = forgotten("/above/d/f");
        file.generation = 9;
        assertStale(handle);
        vfs.stat("/above/d/f");
        assertStale(handle);
        vfs.openByHandle(vfs.nameToHandle("/above/d/f")).close();
    }

    @Test void aNodeThatIsGoneIsStale() {
        FileHandle handle = forgotten("/above/d/f");
        server.fail(Opcode.LOOKUP, Errno.ENOENT);
        assertStale(handle);
        assertStale(new FileHandle(0, 0));
    }

    @Test void anotherNodeThanAskedForIsStaleAndForgotten() {
        FileHandle handle = forgotten("/above/d/f");
        server.answers.put(Opcode.LOOKUP, request -> server.entry(request, directory));
        assertStale(handle);
        server.answers.put(Opcode.LOOKUP, request -> {
            int length = server.entry(request, file);
            AttrData.MODE.set(request.reply(), EntryOut.ATTR.offset(), 0);
            return length;
        });
        assertStale(handle);
    }

    @ParameterizedTest
    @EnumSource(names = {"EIO", "EACCES", "ENOSYS"}) void anyErrorOfTheServerIsStale(Errno errno) {
        FileHandle handle = forgotten("/above/d/f");
        server.fail(Opcode.LOOKUP, errno);
        assertStale(handle);
    }

    @ParameterizedTest
    @EnumSource(names = {"ENOTCONN", "ECONNABORTED", "EINTR", "ENOMEM"}) void othersAreWhatTheyAre(Errno errno) {
        FileHandle handle = forgotten("/above/d/f");
        server.fail(Opcode.LOOKUP, errno);
        assertFails(errno, () -> vfs.openByHandle(handle));
    }

    @Test void aDirectoryIsLookedUpWithThoseAboveIt() {
        FileHandle handle = forgotten("/above/d");
        try (OpenDirectory open = vfs.opendirByHandle(handle)) {
            assertThat(lookups).containsExactly(directory.number + "/.", directory.number + "/..",
                    above.number + "/d", above.number + "/..", "1/above");
            assertThat(server.calls).containsSubsequence(Opcode.LOOKUP, Opcode.LOOKUP, Opcode.OPENDIR, Opcode.READDIR,
                    Opcode.RELEASEDIR, Opcode.LOOKUP, Opcode.LOOKUP, Opcode.OPENDIR, Opcode.READDIR, Opcode.RELEASEDIR,
                    Opcode.LOOKUP, Opcode.OPENDIR);
            assertThat(vfs.at(open).stat("f").ino()).isEqualTo(file.number);
            assertThat(vfs.at(open).stat("..").ino()).isEqualTo(above.number);
            assertThat(vfs.at(open).stat("../../above").ino()).isEqualTo(above.number);
        }
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
        lookups.clear();
        try (OpenFile open = vfs.openByHandle(handle, OpenFlag.PATH)) {
            assertThat(vfs.at(open).stat("f").ino()).isEqualTo(file.number);
        }
        assertThat(lookups).startsWith(directory.number + "/.");
    }

    @Test void theDirectoriesAboveThatAreCachedAreNotLookedUp() {
        server.entrySeconds = 60;
        FileHandle handle = vfs.nameToHandle("/above/d");
        lookups.clear();
        vfs.opendirByHandle(handle).close();
        assertThat(lookups).isEmpty();
        assertFails(Errno.ENOTDIR, () -> vfs.opendirByHandle(vfs.nameToHandle("/above/d/f")));
    }

    @Test void aDirectoryThatTheOneAboveDoesNotListIsStale() {
        FileHandle handle = forgotten("/above/d");
        above.children.clear();
        server.file(above, "other");
        assertStale(handle, Opcode.OPENDIR, 1);
        above.children.put("d", file);
        server.answers.put(Opcode.READDIR, request -> {
            Node listed = above.children.put("d", directory);
            int length = ListedServer.list(server, request, false);
            above.children.put("d", listed);
            return length;
        });
        // The name is that of another node when it is looked up.
        assertStale(handle, Opcode.OPENDIR, 2);
        server.fail(Opcode.OPENDIR, Errno.EACCES);
        assertStale(handle, Opcode.OPENDIR, 3);
    }

    private void assertStale(FileHandle handle, Opcode opcode, int count) {
        assertFails(Errno.ESTALE, () -> vfs.opendirByHandle(handle));
        assertThat(server.count(opcode)).isEqualTo(count);
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void whatReaddirplusBringsIsNotLookedUp() {
        server.flags |= InitFlag.DO_READDIRPLUS.mask();
        FileHandle handle = forgotten("/above/d");
        server.entrySeconds = 60;
        vfs.opendirByHandle(handle).close();
        assertThat(lookups).containsExactly(directory.number + "/.", directory.number + "/..", above.number + "/..");
    }

    @Test void theNameOfAFileThatIsOpenedByItsHandleIsLookedUpAgain() {
        server.entrySeconds = 60;
        FileHandle handle = vfs.nameToHandle("/above/d/f");
        vfs.openByHandle(handle).close();
        lookups.clear();
        vfs.stat("/above/d/f");
        vfs.stat("/above/d/f");
        assertThat(lookups).containsExactly(directory.number + "/f");
    }

    @Test void aServerThatNeverComesToTheRootIsStale() {
        FileHandle handle = forgotten("/above/d");
        server.answers.put(Opcode.LOOKUP, request -> {
            lookups.add(request.node() + "/" + StandInServer.name(request));
            // Each directory is below a new one.
            String name = StandInServer.name(request);
            if (!name.equals("..")) {
                return server.entry(request, name.equals(".") ? directory : server.node(request).children.get(name));
            }
            Node next = server.directory(server.root, "n" + lookups.size());
            next.children.put("below", server.node(request));
            return server.entry(request, next);
        });
        assertFails(Errno.ESTALE, () -> vfs.opendirByHandle(handle));
        assertThat(lookups).hasSizeBetween(4000, 4200);
        lookups.clear();
        server.answers.put(Opcode.LOOKUP, request -> server.entry(request, directory));
        assertFails(Errno.ESTALE, () -> vfs.opendirByHandle(handle));
        vfs.dropCaches();
        assertThat(server.isForgotten()).isTrue();
    }

    @Test void aDirectoryOutsideTheMountIsStale() {
        server.entrySeconds = 60;
        FileHandle handle = vfs.nameToHandle("/above");
        try (Vfs bound = vfs.bind("/above/d", MountRestrictions.NONE)) {
            assertFails(Errno.ESTALE, () -> bound.opendirByHandle(handle));
            bound.opendirByHandle(vfs.nameToHandle("/above/d")).close();
        }
    }

    @Test void onlyRootOpensByHandle() {
        FileHandle handle = forgotten("/above/d/f");
        assertFails(Errno.EPERM, () -> vfs.as(Credentials.of(1, 1)).openByHandle(handle));
        assertThat(lookups).isEmpty();
    }

    @Test void aSymbolicLinkIsNotOpened() {
        server.symlink(server.root, "link", "above");
        FileHandle handle = vfs.nameToHandle("/link");
        assertFails(Errno.ELOOP, () -> vfs.openByHandle(handle));
        try (OpenFile link = vfs.openByHandle(handle, OpenFlag.PATH)) {
            assertThat(link.stat().type()).isEqualTo(FileType.SYMLINK);
        }
    }
}
