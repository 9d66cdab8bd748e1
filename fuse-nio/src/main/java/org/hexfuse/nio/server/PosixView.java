package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import org.hexfuse.abi.FileType;
import org.hexfuse.server.Attr;

/** The attributes of view {@code posix}: owner, group and nine bits of permissions. */
final class PosixView extends FileView {
    private final Owners owners;

    PosixView(Owners owners, Missing missing) {
        super(missing);
        this.owners = owners;
    }

    @Override Attr read(Path path) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class, SELF);
        return BasicView.builder(attributes, bits(attributes.permissions()))
                .owner(owners.uid(attributes.owner()), owners.gid(attributes.group())).build();
    }

    @Override FileType type(Path path) throws IOException {
        return BasicView.type(Files.readAttributes(path, BasicFileAttributes.class, SELF));
    }

    @Override void chown(Path path, int owner, int group) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class, SELF);
        PosixFileAttributes before = view.readAttributes();
        if (owners.uid(before.owner()) != owner) {
            view.setOwner(owners.user(path.getFileSystem(), owner));
        }
        if (owners.gid(before.group()) != group) {
            view.setGroup(owners.group(path.getFileSystem(), group));
        }
    }

    @Override void chmod(Path path, int mode) throws IOException {
        if ((mode & SPECIAL) != 0) {
            throw missing.unsupported("set-user-ID, set-group-ID and sticky bits");
        }
        Files.getFileAttributeView(path, PosixFileAttributeView.class).setPermissions(permissions(mode));
    }
}
