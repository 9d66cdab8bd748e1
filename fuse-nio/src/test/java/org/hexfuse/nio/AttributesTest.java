package org.hexfuse.nio;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessMode;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes, their views, users and groups, and the store. */
final class AttributesTest {
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("1960-02-03T04:05:06.789123456Z"));

    private UserKernel kernel;
    private HexfuseFileSystem files;
    private Path file;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        file = Files.writeString(files.getPath("/file"), "12345");
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        kernel.close();
    }

    @Test void timesKeepTheirNanoseconds() throws IOException {
        Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(LONG_AGO, null, null);
        FileTime access = Files.readAttributes(file, BasicFileAttributes.class).lastAccessTime();

        assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);
        Files.setAttribute(file, "lastAccessTime", LONG_AGO);
        assertThat(access).isNotEqualTo(LONG_AGO);
        assertThat(Files.getAttribute(file, "lastAccessTime")).isEqualTo(LONG_AGO);
    }

    @Test void theTimesOfALinkAreItsOwn() throws IOException {
        Path link = Files.createSymbolicLink(files.getPath("/link"), file);
        Files.getFileAttributeView(link, BasicFileAttributeView.class, NOFOLLOW_LINKS).setTimes(LONG_AGO, LONG_AGO,
                null);

        assertThat(Files.getLastModifiedTime(link, NOFOLLOW_LINKS)).isEqualTo(LONG_AGO);
        assertThat(Files.getLastModifiedTime(link)).isNotEqualTo(LONG_AGO);
    }

    @Test void permissionsAreTheModesBits() throws IOException {
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("r-xrw--wx");
        Files.setPosixFilePermissions(file, permissions);

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(permissions);
        assertThat(kernel.vfs().stat("/file").permissions()).isEqualTo(0563);
    }

    @Test void aNewFileHasItsPermissionsLessTheUmask() throws IOException {
        Path created = files.getPath("/new");
        Files.createFile(created, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx")));

        assertThat(kernel.vfs().stat("/new").permissions()).isEqualTo(0755);
        assertThatThrownBy(() -> Files.createDirectory(files.getPath("/d"), new Anything()))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    private static final class Anything implements java.nio.file.attribute.FileAttribute<String> {
        @Override public String name() {
            return "dos:hidden";
        }

        @Override public String value() {
            return "yes";
        }
    }

    @Test void aLinkHasNoPermissions() throws IOException {
        Path link = Files.createSymbolicLink(files.getPath("/link"), file);

        assertThatThrownBy(() -> Files.setAttribute(link, "posix:permissions", Set.of(), NOFOLLOW_LINKS))
                .isInstanceOf(FileSystemException.class).hasMessageContaining("ELOOP");
    }

    @Test void ownersAreFoundByNameAndNumber() throws IOException {
        var lookup = files.getUserPrincipalLookupService();
        UserPrincipal user = lookup.lookupPrincipalByName("12345");
        Files.setOwner(file, user);
        Files.setAttribute(file, "posix:group", lookup.lookupPrincipalByGroupName("54321"));

        assertThat(Files.getOwner(file)).isEqualTo(user).hasToString("12345");
        assertThat(Files.readAttributes(file, PosixFileAttributes.class).group().getName()).isEqualTo("54321");
        assertThat(kernel.vfs().stat("/file").uid()).isEqualTo(12345);
        assertThat(lookup.lookupPrincipalByName("root")).isEqualTo(lookup.lookupPrincipalByName("0"))
                .hasToString("root");
        assertThatThrownBy(() -> lookup.lookupPrincipalByName("no such user"))
                .isInstanceOf(UserPrincipalNotFoundException.class);
    }

    @Test void ownersOfAnotherProviderAreRefused() {
        assertThatThrownBy(() -> Files.setOwner(file, Files.getOwner(Path.of("/"))))
                .isInstanceOf(ProviderMismatchException.class);
        assertThatThrownBy(() -> Files.setOwner(file, files.getUserPrincipalLookupService()
                .lookupPrincipalByGroupName("0"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Files.setOwner(file, files.getUserPrincipalLookupService()
                .lookupPrincipalByName("EVERYONE@"))).isInstanceOf(ProviderMismatchException.class);
    }

    @Test void namesSelectAttributes() throws IOException {
        assertThat(Files.readAttributes(file, "size,isDirectory")).containsOnlyKeys("size", "isDirectory")
                .containsEntry("size", 5L);
        assertThat(Files.readAttributes(file, "*")).hasSize(9);
        assertThat(Files.readAttributes(file, "posix:*")).hasSize(12);
        assertThat(Files.readAttributes(file, "unix:*")).hasSize(20);
        assertThat(Files.readAttributes(file, "owner:*")).containsOnlyKeys("owner");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "basic:permissions", "", "posix:", ":size", "unix:a,b",
        "acl:x"}) void refusesANameThatIsNoAttribute(String names) {
        assertThatThrownBy(() -> Files.readAttributes(file, names)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test void refusesAViewThatIsNotThere() {
        assertThatThrownBy(() -> Files.readAttributes(file, "dos:*")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Files.setAttribute(file, "dos:hidden", true))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(Files.getFileAttributeView(file, DosFileAttributeView.class)).isNull();
        assertThatThrownBy(() -> Files.setAttribute(file, "size", 1L)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Files.setAttribute(file, "unix:mode", "rw")).isInstanceOf(ClassCastException.class);
    }

    @Test void extendedAttributesAreTheUserView() throws IOException {
        UserDefinedFileAttributeView view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        ByteBuffer value = ByteBuffer.wrap(new byte[]{9, 1, 2, 3});
        value.get();

        assertThat(view.write("a", value)).isEqualTo(3);
        assertThat(value.hasRemaining()).isFalse();
        Files.setAttribute(file, "user:b", new byte[0]);
        assertThat(view.list()).containsExactlyInAnyOrder("a", "b");
        assertThat(view.size("a")).isEqualTo(3);
        ByteBuffer target = ByteBuffer.allocate(8);
        assertThat(view.read("a", target)).isEqualTo(3);
        assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(new byte[]{1, 2, 3}));
        assertThat(Files.getAttribute(file, "user:a")).isEqualTo(new byte[]{1, 2, 3});
        assertThat(kernel.vfs().getxattr("/file", "user.a")).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> view.read("a", ByteBuffer.allocate(2))).isInstanceOf(FileSystemException.class);
        view.delete("a");
        assertThatThrownBy(() -> view.size("a")).isInstanceOf(FileSystemException.class)
                .hasMessageContaining("ENODATA");
    }

    @Test void accessListsAreTheAclView() throws IOException {
        AclFileAttributeView view = Files.getFileAttributeView(file, AclFileAttributeView.class);
        var lookup = files.getUserPrincipalLookupService();
        assertThat(view.getAcl()).extracting(entry -> entry.principal().getName()).containsExactly("OWNER@", "GROUP@",
                "EVERYONE@");
        var acl = new ArrayList<>(view.getAcl());
        acl.add(AclEntry.newBuilder().setType(AclEntryType.ALLOW)
                .setPrincipal(lookup.lookupPrincipalByName("1234"))
                .setPermissions(AclEntryPermission.READ_DATA, AclEntryPermission.WRITE_DATA).build());
        view.setAcl(acl);

        assertThat(view.getAcl()).hasSize(4).filteredOn(entry -> entry.principal().getName().equals("1234"))
                .first().satisfies(entry -> assertThat(entry.permissions()).contains(AclEntryPermission.WRITE_DATA)
                        .doesNotContain(AclEntryPermission.EXECUTE));
        assertThat(kernel.vfs().stat("/file").permissions()).isEqualTo(0664);
        assertThat(files.supportedFileAttributeViews()).contains("acl");
    }

    @Test void aDefaultListIsInheritedEntries() throws IOException {
        Path directory = Files.createDirectory(files.getPath("/d"));
        AclFileAttributeView view = Files.getFileAttributeView(directory, AclFileAttributeView.class);
        var acl = new ArrayList<>(view.getAcl());
        for (AclEntry entry : view.getAcl()) {
            acl.add(AclEntry.newBuilder(entry).setFlags(java.nio.file.attribute.AclEntryFlag.FILE_INHERIT,
                    java.nio.file.attribute.AclEntryFlag.DIRECTORY_INHERIT,
                    java.nio.file.attribute.AclEntryFlag.INHERIT_ONLY).build());
        }
        view.setAcl(acl);
        assertThat(view.getAcl()).containsExactlyElementsOf(acl);
        view.setAcl(acl.subList(0, 3));
        assertThat(view.getAcl()).hasSize(3);
    }

    @Test void anEntryThatDeniesIsRefused() throws IOException {
        AclFileAttributeView view = Files.getFileAttributeView(file, AclFileAttributeView.class);
        AclEntry deny = AclEntry.newBuilder(view.getAcl().getFirst()).setType(AclEntryType.DENY).build();

        assertThatThrownBy(() -> view.setAcl(List.of(deny))).isInstanceOf(FileSystemException.class)
                .hasMessageContaining("EINVAL");
    }

    @Test void theStoreHasTheSpaceOfTheServer() throws IOException {
        FileStore store = Files.getFileStore(file);

        assertThat(store.getTotalSpace()).isPositive().isGreaterThanOrEqualTo(store.getUsableSpace());
        assertThat(store.getBlockSize()).isPositive();
        assertThat(store.getAttribute("totalSpace")).isEqualTo(store.getTotalSpace());
        assertThat(store.supportsFileAttributeView("user")).isTrue();
        assertThat(store.supportsFileAttributeView("dos")).isFalse();
        assertThat(store.type()).isEqualTo("fuse");
        assertThat(files.getFileStores()).containsExactly(store);
        assertThatThrownBy(() -> Files.getFileStore(files.getPath("/none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test void accessIsChecked() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));

        assertThat(Files.isReadable(file)).isTrue();
        assertThat(Files.isExecutable(file)).isFalse();
        assertThat(Files.isReadable(files.getPath("/none"))).isFalse();
        assertThatThrownBy(() -> files.provider().checkAccess(files.getPath("/file/x"), AccessMode.READ))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test void aMissingFileHasNoAttributes() throws IOException {
        Path none = files.getPath("/none");

        assertThat(files.provider().readAttributesIfExists(none, BasicFileAttributes.class)).isNull();
        assertThat(files.provider().readAttributesIfExists(file, BasicFileAttributes.class).size()).isEqualTo(5);
        assertThat(Files.exists(none)).isFalse();
        assertThatThrownBy(() -> Files.size(none)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Files.size(files.getPath("/file/x"))).isInstanceOf(NoSuchFileException.class);
    }
}
