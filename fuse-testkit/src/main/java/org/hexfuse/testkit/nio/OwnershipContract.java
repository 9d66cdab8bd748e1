package org.hexfuse.testkit.nio;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The attribute views "posix", "owner", "unix" and "acl". */
public interface OwnershipContract extends NioFixture {
    private static Set<PosixFilePermission> permissions(String text) {
        return PosixFilePermissions.fromString(text);
    }

    private Path posix(String name) throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        return file(name, "");
    }

    private Path unix(String name) throws IOException {
        needs(NioFeature.UNIX_ATTRIBUTES);
        return file(name, "text");
    }

    private UserPrincipal user(String name) throws IOException {
        return fileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name);
    }

    private GroupPrincipal group(String name) throws IOException {
        return fileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
    }

    @Test default void allPermissionsAreKept() throws IOException {
        posix("f");
        for (String text : new String[]{"---------", "r--------", "-w-------", "--x------", "---r-----", "----w----",
            "-----x---", "------r--", "-------w-", "--------x", "rwxrwxrwx"}) {
            Files.setPosixFilePermissions(at("f"), permissions(text));
            assertThat(Files.getPosixFilePermissions(at("f"))).isEqualTo(permissions(text));
        }
    }

    @Test default void permissionsOfADirectoryAreKept() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        Files.setPosixFilePermissions(folder("d"), permissions("rwx--x--x"));
        assertThat(Files.getPosixFilePermissions(at("d"))).isEqualTo(permissions("rwx--x--x"));
    }

    @Test default void permissionsAreSetByName() throws IOException {
        Files.setAttribute(posix("f"), "posix:permissions", permissions("rw-r-----"));
        assertThat(Files.getAttribute(at("f"), "posix:permissions")).isEqualTo(permissions("rw-r-----"));
    }

    @Test default void settingPermissionsFollowsALink() throws IOException {
        posix("f");
        Files.setPosixFilePermissions(symlink("s", "f"), permissions("rw-------"));
        assertThat(Files.getPosixFilePermissions(at("f"))).isEqualTo(permissions("rw-------"));
    }

    @Test default void settingPermissionsNeedsTheFile() {
        needs(NioFeature.POSIX_ATTRIBUTES);
        fails(NoSuchFileException.class, at("f"),
                () -> Files.setPosixFilePermissions(at("f"), permissions("rw-------")));
        fails(NoSuchFileException.class, at("f"), () -> Files.getPosixFilePermissions(at("f")));
    }

    @Test default void permissionsMayNotBeNull() throws IOException {
        posix("f");
        refuses(NullPointerException.class, () -> Files.setPosixFilePermissions(at("f"), null));
    }

    @Test default void permissionsAreWrittenWhileAFileIsEmptyOfThem() throws IOException {
        Files.setPosixFilePermissions(posix("f"), permissions("---------"));
        Files.setPosixFilePermissions(at("f"), permissions("rw-------"));
        assertThat(content(at("f"))).isEmpty();
    }

    @Test default void theFileSystemNamesThePosixView() {
        needs(NioFeature.POSIX_ATTRIBUTES);
        assertThat(fileSystem().supportedFileAttributeViews()).contains("posix", "owner");
    }

    @Test default void posixAttributesHaveAnOwnerAndAGroup() throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(posix("f"), PosixFileAttributes.class);
        assertThat(attributes.owner()).isEqualTo(Files.getOwner(at("f")));
        assertThat(attributes.group().getName()).isNotEmpty();
        assertThat(attributes.permissions()).contains(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test default void posixAttributesAreReadByName() throws IOException {
        assertThat(Files.readAttributes(posix("f"), "posix:*")).hasSize(12).containsKeys("owner", "group",
                "permissions", "size");
    }

    @Test default void thePosixViewHasItsName() throws IOException {
        assertThat(Files.getFileAttributeView(posix("f"), PosixFileAttributeView.class).name()).isEqualTo("posix");
    }

    @Test default void thePosixViewSetsTimesToo() throws IOException {
        Files.getFileAttributeView(posix("f"), PosixFileAttributeView.class).setTimes(LONG_AGO, null, null);
        assertThat(Files.getLastModifiedTime(at("f"))).isEqualTo(LONG_AGO);
    }

    @Test default void theOwnerViewHasItsName() throws IOException {
        needs(NioFeature.OWNERS);
        assertThat(Files.getFileAttributeView(file("f", ""), FileOwnerAttributeView.class).name()).isEqualTo("owner");
    }

    @Test default void aNewFileHasTheOwnerOfOthers() throws IOException {
        needs(NioFeature.OWNERS);
        assertThat(Files.getOwner(file("f", ""))).isEqualTo(Files.getOwner(file("g", "")))
                .hasSameHashCodeAs(Files.getOwner(at("g")));
    }

    @Test default void theOwnerIsReadByName() throws IOException {
        needs(NioFeature.OWNERS);
        assertThat(Files.getAttribute(file("f", ""), "owner:owner")).isEqualTo(Files.getOwner(at("f")));
    }

    @Test default void theOwnerOfAFileIsFoundByItsName() throws IOException {
        needs(NioFeature.OWNERS);
        UserPrincipal owner = Files.getOwner(file("f", ""));
        assertThat(user(owner.getName())).isEqualTo(owner);
    }

    @Test default void theOwnerMayStayAsItIs() throws IOException {
        needs(NioFeature.OWNERS);
        UserPrincipal owner = Files.getOwner(file("f", ""));
        assertThat(Files.setOwner(at("f"), owner)).isEqualTo(at("f"));
        assertThat(Files.getOwner(at("f"))).isEqualTo(owner);
    }

    @Test default void anUnknownUserIsNotFound() {
        needs(NioFeature.OWNERS);
        refuses(UserPrincipalNotFoundException.class, () -> user("nobody has this name"));
    }

    @Test default void anUnknownGroupIsNotFound() {
        needs(NioFeature.OWNERS);
        refuses(UserPrincipalNotFoundException.class, () -> group("nobody has this name"));
    }

    @Test default void aFileHasAnotherOwner() throws IOException {
        needs(NioFeature.CHANGING_OWNERS);
        Files.setOwner(file("f", ""), user("54321"));
        assertThat(Files.getOwner(at("f"))).isEqualTo(user("54321")).isNotEqualTo(user("54322"));
        assertThat(Files.getOwner(at("f")).getName()).isEqualTo("54321");
    }

    @Test default void aFileHasAnotherGroup() throws IOException {
        needs(NioFeature.CHANGING_OWNERS);
        Files.getFileAttributeView(posix("f"), PosixFileAttributeView.class).setGroup(group("54321"));
        PosixFileAttributes attributes = Files.readAttributes(at("f"), PosixFileAttributes.class);
        assertThat(attributes.group()).isEqualTo(group("54321"));
        assertThat(attributes.owner()).isNotEqualTo(user("54321"));
    }

    @Test default void theOwnerOfALinkItselfIsSet() throws IOException {
        needs(NioFeature.CHANGING_OWNERS);
        posix("f");
        Files.getFileAttributeView(symlink("s", "f"), PosixFileAttributeView.class, NOFOLLOW_LINKS)
                .setOwner(user("54321"));
        assertThat(Files.getOwner(at("s"), NOFOLLOW_LINKS)).isEqualTo(user("54321"));
        assertThat(Files.getOwner(at("f"))).isNotEqualTo(user("54321"));
    }

    @Test default void settingTheOwnerNeedsTheFile() {
        needs(NioFeature.CHANGING_OWNERS);
        fails(NoSuchFileException.class, at("f"), () -> Files.setOwner(at("f"), user("54321")));
    }

    @Test default void theModeHasTypeAndPermissions() throws IOException {
        needs(NioFeature.POSIX_ATTRIBUTES);
        Files.setPosixFilePermissions(unix("f"), permissions("rw-r-x--x"));
        assertThat(Files.getAttribute(at("f"), "unix:mode")).isEqualTo(0100651);
        Files.setPosixFilePermissions(folder("d"), permissions("rwxr-xr-x"));
        assertThat(Files.getAttribute(at("d"), "unix:mode")).isEqualTo(040755);
    }

    @Test default void theModeIsSet() throws IOException {
        Files.setAttribute(unix("f"), "unix:mode", 0640);
        assertThat(Files.getAttribute(at("f"), "unix:mode")).isEqualTo(0100640);
    }

    @Test default void theModeKeepsItsSpecialBits() throws IOException {
        Files.setAttribute(unix("f"), "unix:mode", 06755);
        assertThat(Files.getAttribute(at("f"), "unix:mode")).isEqualTo(0106755);
        Files.setAttribute(folder("d"), "unix:mode", 01777);
        assertThat(Files.getAttribute(at("d"), "unix:mode")).isEqualTo(041777);
    }

    @Test default void theLinksOfAFileAreCounted() throws IOException {
        needs(NioFeature.HARD_LINKS);
        unix("f");
        assertThat(Files.getAttribute(at("f"), "unix:nlink")).isEqualTo(1);
        Files.createLink(at("g"), at("f"));
        assertThat(Files.getAttribute(at("f"), "unix:nlink")).isEqualTo(2);
        Files.delete(at("f"));
        assertThat(Files.getAttribute(at("g"), "unix:nlink")).isEqualTo(1);
    }

    @Test default void theNamesOfAFileHaveOneInode() throws IOException {
        needs(NioFeature.HARD_LINKS);
        Files.createLink(at("g"), unix("f"));
        Object inode = Files.getAttribute(at("f"), "unix:ino");
        assertThat(inode).isInstanceOf(Long.class).isEqualTo(Files.getAttribute(at("g"), "unix:ino"))
                .isNotEqualTo(Files.getAttribute(file("h", ""), "unix:ino"));
        assertThat(Files.getAttribute(at("f"), "unix:dev")).isEqualTo(Files.getAttribute(at("h"), "unix:dev"));
    }

    @Test default void theIdsOfOwnersAreSet() throws IOException {
        needs(NioFeature.CHANGING_OWNERS);
        Files.setAttribute(unix("f"), "unix:uid", 1234);
        Files.setAttribute(at("f"), "unix:gid", 2345);
        assertThat(Files.getAttribute(at("f"), "unix:uid")).isEqualTo(1234);
        assertThat(Files.getAttribute(at("f"), "unix:gid")).isEqualTo(2345);
    }

    @Test default void theTimeOfChangeFollowsTheMode() throws Exception {
        FileTime before = (FileTime) Files.getAttribute(unix("f"), "unix:ctime");
        Thread.sleep(12);
        Files.setAttribute(at("f"), "unix:mode", 0600);
        assertThat((FileTime) Files.getAttribute(at("f"), "unix:ctime")).isGreaterThan(before);
    }

    @Test default void unixAttributesAreReadTogether() throws IOException {
        assertThat(Files.readAttributes(unix("f"), "unix:*")).containsKeys("mode", "ino", "dev", "rdev", "nlink", "uid",
                "gid", "ctime", "size", "permissions", "owner");
    }

    @Test default void anUnknownUnixAttributeIsRefused() throws IOException {
        unix("f");
        refuses(IllegalArgumentException.class, () -> Files.getAttribute(at("f"), "unix:nothing"));
        refuses(IllegalArgumentException.class, () -> Files.setAttribute(at("f"), "unix:nothing", 1));
    }

    @Test default void anAccessControlListIsKept() throws IOException {
        needs(NioFeature.ACCESS_LISTS);
        var view = Files.getFileAttributeView(file("f", ""), AclFileAttributeView.class);
        assertThat(view.name()).isEqualTo("acl");
        var list = view.getAcl();
        assertThat(list).isNotEmpty();
        view.setAcl(list);
        assertThat(view.getAcl()).isEqualTo(list);
        assertThat(Files.getAttribute(at("f"), "acl:acl")).isEqualTo(list);
    }

    @Test default void anAccessControlListNeedsItsFile() {
        needs(NioFeature.ACCESS_LISTS);
        fails(NoSuchFileException.class, at("f"),
                () -> Files.getFileAttributeView(at("f"), AclFileAttributeView.class).getAcl());
    }
}
