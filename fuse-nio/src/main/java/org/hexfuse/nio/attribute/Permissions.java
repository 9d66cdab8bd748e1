package org.hexfuse.nio.attribute;

import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** Permissions as the nine bits of a mode. */
public final class Permissions {
    private static final PosixFilePermission[] ALL = PosixFilePermission.values();

    private Permissions() {}

    private static int bit(PosixFilePermission permission) {
        return switch (permission) {
            case OWNER_READ -> 0400;
            case OWNER_WRITE -> 0200;
            case OWNER_EXECUTE -> 0100;
            case GROUP_READ -> 040;
            case GROUP_WRITE -> 020;
            case GROUP_EXECUTE -> 010;
            case OTHERS_READ -> 4;
            case OTHERS_WRITE -> 2;
            case OTHERS_EXECUTE -> 1;
        };
    }

    /** The permissions in a mode. */
    public static Set<PosixFilePermission> of(int mode) {
        var permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : ALL) {
            if ((mode & bit(permission)) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }

    /** The bits of permissions, which may come from anybody. */
    public static int bits(Set<PosixFilePermission> permissions) {
        int bits = 0;
        for (PosixFilePermission permission : permissions) {
            bits |= bit(Objects.requireNonNull(permission));
        }
        return bits;
    }

    /**
     * The mode of a new file, by the attributes that it is created with.
     *
     * @throws UnsupportedOperationException for any attribute but {@code posix:permissions}
     */
    public static int ofNew(int otherwise, FileAttribute<?>... attributes) {
        int mode = otherwise;
        for (FileAttribute<?> attribute : attributes) {
            boolean known = attribute.name().equals("posix:permissions") || attribute.name().equals("unix:permissions");
            if (!known || !(attribute.value() instanceof Set<?> permissions)) {
                throw new UnsupportedOperationException(
                        "'" + attribute.name() + "' is not supported as the attribute of a new file");
            }
            mode = 0;
            for (Object permission : permissions) {
                mode |= bit((PosixFilePermission) Objects.requireNonNull(permission));
            }
        }
        return mode;
    }
}
