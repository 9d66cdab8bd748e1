package org.hexfuse.nio.attribute;

import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Objects;
import org.hexfuse.nio.mount.Location;

/** The attribute views of a file. */
public final class AttributeViews {
    private AttributeViews() {}

    /** The view of a type, or null if there is none. */
    public static <V extends FileAttributeView> V of(Location file, Class<V> type) {
        Objects.requireNonNull(type);
        FileAttributeView view = null;
        if (type == BasicFileAttributeView.class) {
            view = new FileView("basic", file);
        } else if (type == PosixFileAttributeView.class) {
            view = new FileView("posix", file);
        } else if (type == FileOwnerAttributeView.class) {
            view = new FileView("owner", file);
        } else if (type == UserDefinedFileAttributeView.class) {
            view = new UserView(file);
        } else if (type == AclFileAttributeView.class) {
            view = AclView.of(file).orElse(null);
        }
        return type.cast(view);
    }
}
