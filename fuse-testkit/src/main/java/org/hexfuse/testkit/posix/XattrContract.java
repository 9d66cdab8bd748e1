package org.hexfuse.testkit.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.Name;
import org.junit.jupiter.api.Test;

/** {@code xattr(7)}: extended attributes. */
public interface XattrContract extends PosixFixture {
    /** XATTR_CREATE. */
    int NEW = 1;
    /** XATTR_REPLACE. */
    int OLD = 2;

    private void set(String file, String name, String value, int flags) {
        needs(PosixFeature.XATTRS);
        fs().setxattr(at(file), name, Name.encode(value), flags);
    }

    private String get(String file, String name) {
        return Name.decode(fs().getxattr(at(file), name));
    }

    @Test default void anAttributeIsSetAndRead() {
        file("f", "");
        set("f", "user.colour", "red", 0);
        set("f", "user.shape", "", 0);
        assertThat(get("f", "user.colour")).isEqualTo("red");
        assertThat(get("f", "user.shape")).isEmpty();
        set("f", "user.colour", "green and blue", 0);
        assertThat(get("f", "user.colour")).isEqualTo("green and blue");
    }

    @Test default void valuesAreAnyBytes() {
        file("f", "");
        set("f", "user.bytes", "\0\udcff\0\n", 0);
        assertThat(get("f", "user.bytes")).isEqualTo("\0\udcff\0\n");
    }

    @Test default void valuesAreLong() {
        file("f", "");
        set("f", "user.long", "x".repeat(3000), 0);
        assertThat(get("f", "user.long")).isEqualTo("x".repeat(3000));
    }

    @Test default void attributesAreListed() {
        file("f", "");
        set("f", "user.one", "1", 0);
        set("f", "user.two", "2", 0);
        assertThat(fs().listxattr(at("f"))).contains(Name.of("user.one"), Name.of("user.two"));
        fs().removexattr(at("f"), "user.one");
        assertThat(fs().listxattr(at("f"))).contains(Name.of("user.two")).doesNotContain(Name.of("user.one"));
    }

    @Test default void aMissingAttributeIsEnodata() {
        needs(PosixFeature.XATTRS);
        file("f", "");
        fails(Errno.ENODATA, () -> fs().getxattr(at("f"), "user.none"));
        fails(Errno.ENODATA, () -> fs().removexattr(at("f"), "user.none"));
    }

    @Test default void createFailsOnAnExistingAttribute() {
        file("f", "");
        set("f", "user.colour", "red", NEW);
        fails(Errno.EEXIST, () -> set("f", "user.colour", "blue", NEW));
        assertThat(get("f", "user.colour")).isEqualTo("red");
    }

    @Test default void replaceFailsOnAMissingAttribute() {
        file("f", "");
        fails(Errno.ENODATA, () -> set("f", "user.colour", "red", OLD));
        set("f", "user.colour", "red", 0);
        set("f", "user.colour", "blue", OLD);
        assertThat(get("f", "user.colour")).isEqualTo("blue");
    }

    @Test default void unknownFlagsAreInvalid() {
        file("f", "");
        fails(Errno.EINVAL, () -> set("f", "user.colour", "red", 8));
    }

    @Test default void namesWithoutANamespaceAreNotSupported() {
        file("f", "");
        fails(Errno.EOPNOTSUPP, () -> set("f", "colour", "red", 0));
        fails(Errno.EOPNOTSUPP, () -> set("f", "nobody.colour", "red", 0));
    }

    @Test default void namesHaveALengthAndALimit() {
        file("f", "");
        fails(Errno.ERANGE, () -> set("f", "", "red", 0));
        fails(Errno.ERANGE, () -> set("f", "user." + "x".repeat(251), "red", 0));
        set("f", "user." + "x".repeat(250), "red", 0);
        assertThat(get("f", "user." + "x".repeat(250))).isEqualTo("red");
    }

    @Test default void valuesHaveALimit() {
        file("f", "");
        fails(Errno.E2BIG, () -> set("f", "user.big", "x".repeat(65_537), 0));
    }

    @Test default void directoriesHaveAttributes() {
        directory("d");
        set("d", "user.colour", "red", 0);
        assertThat(get("d", "user.colour")).isEqualTo("red");
    }

    @Test default void userAttributesAreForFilesAndDirectoriesOnly() {
        needs(PosixFeature.XATTRS);
        fs().symlink("nowhere", at("s"));
        fails(Errno.EPERM, () -> fs().lsetxattr(at("s"), "user.colour", new byte[1], 0));
        fails(Errno.ENODATA, () -> fs().lgetxattr(at("s"), "user.colour"));
        needs(PosixFeature.SPECIAL_FILES);
        fs().mknod(at("p"), FileType.FIFO.mode() | 0666, 0);
        fails(Errno.EPERM, () -> set("p", "user.colour", "red", 0));
        fails(Errno.ENODATA, () -> get("p", "user.colour"));
    }

    @Test default void attributesFollowSymbolicLinks() {
        file("f", "");
        fs().symlink("f", at("s"));
        set("s", "user.colour", "red", 0);
        assertThat(get("f", "user.colour")).isEqualTo("red");
    }

    @Test default void aSymbolicLinkHasTrustedAttributes() {
        needs(PosixFeature.XATTRS);
        file("f", "");
        fs().symlink("f", at("s"));
        fs().lsetxattr(at("s"), "trusted.colour", new byte[]{5}, 0);
        assertThat(fs().lgetxattr(at("s"), "trusted.colour")).containsExactly(5);
        fails(Errno.ENODATA, () -> get("f", "trusted.colour"));
    }

    @Test default void anOpenFilesAttributesAreSetAndRead() {
        needs(PosixFeature.XATTRS);
        try (PosixFile file = open(file("f", ""))) {
            file.setxattr("user.colour", new byte[]{1}, 0);
            assertThat(file.getxattr("user.colour")).containsExactly(1);
            fs().unlink(at("f"));
            assertThat(file.getxattr("user.colour")).containsExactly(1);
        }
    }

    @Test default void usersAttributesNeedPermissions() {
        file("f", "");
        set("f", "user.colour", "red", 0);
        fails(Errno.EACCES, () -> alice().setxattr(at("f"), "user.colour", new byte[1], 0));
        fails(Errno.EACCES, () -> alice().removexattr(at("f"), "user.colour"));
        fails(Errno.EACCES, () -> alice().setxattr(at("f"), "nobody.colour", new byte[1], 0));
        assertThat(Name.decode(alice().getxattr(at("f"), "user.colour"))).isEqualTo("red");
        fs().chmod(at("f"), 0600);
        fails(Errno.EACCES, () -> alice().getxattr(at("f"), "user.colour"));
    }

    @Test default void onlyTheOwnerOfAStickyDirectorySetsItsAttributes() {
        needs(PosixFeature.XATTRS);
        directory("d");
        fs().chmod(at("d"), 01777);
        fails(Errno.EPERM, () -> alice().setxattr(at("d"), "user.colour", new byte[1], 0));
        fs().chmod(at("d"), 0777);
        alice().setxattr(at("d"), "user.colour", new byte[1], 0);
    }

    @Test default void trustedAttributesAreForRootOnly() {
        file("f", "");
        fs().chmod(at("f"), 0666);
        set("f", "trusted.colour", "red", 0);
        assertThat(get("f", "trusted.colour")).isEqualTo("red");
        fails(Errno.EPERM, () -> alice().setxattr(at("f"), "trusted.colour", new byte[1], 0));
        fails(Errno.EPERM, () -> alice().removexattr(at("f"), "trusted.colour"));
        fails(Errno.ENODATA, () -> alice().getxattr(at("f"), "trusted.colour"));
        assertThat(alice().listxattr(at("f"))).doesNotContain(Name.of("trusted.colour"));
    }

    @Test default void attributesGoAlongWithARename() {
        file("f", "");
        set("f", "user.colour", "red", 0);
        fs().rename(at("f"), at("g"));
        assertThat(get("g", "user.colour")).isEqualTo("red");
        file("f", "");
        fails(Errno.ENODATA, () -> get("f", "user.colour"));
    }

    @Test default void settingAnAttributeMovesOnlyTheTimeOfChange() {
        age(file("f", ""));
        var before = fs().stat(at("f")).ctime().toInstant();
        tick();
        set("f", "user.colour", "red", 0);
        assertThat(fs().stat(at("f")).ctime().toInstant()).isAfter(before);
        assertThat(fs().stat(at("f")).mtime().toInstant()).isEqualTo(LONG_AGO);
    }

    @Test default void unknownNamespacesAreNotSupported() {
        needs(PosixFeature.XATTRS);
        file("f", "");
        fails(Errno.EOPNOTSUPP, () -> get("f", "nobody.colour"));
        fails(Errno.EOPNOTSUPP, () -> fs().removexattr(at("f"), "nobody.colour"));
        fails(Errno.EOPNOTSUPP, () -> get("f", "system.colour"));
    }

    @Test default void aNamespaceWithoutANameIsInvalid() {
        file("f", "");
        fails(Errno.EINVAL, () -> set("f", "user.", "red", 0));
        fails(Errno.EINVAL, () -> set("f", "trusted.", "red", 0));
    }

    @Test default void securityAttributesAreSetByRootOnly() {
        file(alice(), "f", "");
        set("f", "security.colour", "red", 0);
        assertThat(Name.decode(alice().getxattr(at("f"), "security.colour"))).isEqualTo("red");
        fails(Errno.EPERM, () -> alice().setxattr(at("f"), "security.colour", new byte[1], 0));
        fails(Errno.EPERM, () -> alice().removexattr(at("f"), "security.colour"));
        fs().removexattr(at("f"), "security.colour");
    }

    @Test default void attributeNamesAreAnyBytes() {
        file("f", "");
        String name = "user.\udcff\udc80 ü";
        set("f", name, "red", 0);
        assertThat(get("f", name)).isEqualTo("red");
        assertThat(fs().listxattr(at("f"))).contains(Name.of(name));
    }

    @Test default void manyAttributesAreListed() {
        file("f", "");
        for (int i = 0; i < 60; i++) {
            set("f", "user." + "x".repeat(i) + i, "value " + i, 0);
        }
        for (int i = 0; i < 60; i++) {
            assertThat(get("f", "user." + "x".repeat(i) + i)).isEqualTo("value " + i);
        }
        assertThat(fs().listxattr(at("f"))).filteredOn(name -> name.toString().startsWith("user.")).hasSize(60);
    }
}
