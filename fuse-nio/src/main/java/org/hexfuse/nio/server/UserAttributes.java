package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.posix.XattrFlags;
import org.hexfuse.server.SetXattr;

/** Extended attributes in the namespace {@code user}: the user-defined attributes of a provider. */
final class UserAttributes {
    private static final String NAMESPACE = "user.";
    /** XATTR_SIZE_MAX. */
    private static final int LONGEST = 1 << 16;

    private final Missing missing;

    UserAttributes(Missing missing) {
        this.missing = missing;
    }

    private UserDefinedFileAttributeView view(Path path) {
        var view = Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, FileView.SELF);
        if (view == null) {
            throw missing.unsupported("user-defined attributes");
        }
        return view;
    }

    /** The name in the view; EOPNOTSUPP for another namespace. */
    private static String name(Name name) {
        String text = name.toString();
        if (!text.startsWith(NAMESPACE)) {
            throw FuseException.of(Errno.EOPNOTSUPP);
        }
        if (text.length() == NAMESPACE.length()) {
            throw FuseException.of(Errno.EINVAL);
        }
        return text.substring(NAMESPACE.length());
    }

    byte[] get(Path path, Name attribute) throws IOException {
        String name = name(attribute);
        UserDefinedFileAttributeView view = view(path);
        existing(view, name);
        int size = view.size(name);
        if (size > LONGEST) {
            throw FuseException.of(Errno.E2BIG);
        }
        ByteBuffer value = ByteBuffer.allocate(size);
        view.read(name, value);
        byte[] bytes = new byte[value.position()];
        value.flip().get(bytes);
        return bytes;
    }

    private static void existing(UserDefinedFileAttributeView view, String name) throws IOException {
        if (!view.list().contains(name)) {
            throw FuseException.of(Errno.ENODATA);
        }
    }

    void set(Path path, SetXattr op) throws IOException {
        String name = name(op.name());
        UserDefinedFileAttributeView view = view(path);
        if (op.flags() != 0) {
            boolean exists = view.list().contains(name);
            if (exists && (op.flags() & XattrFlags.CREATE) != 0) {
                throw FuseException.of(Errno.EEXIST);
            }
            if (!exists && (op.flags() & XattrFlags.REPLACE) != 0) {
                throw FuseException.of(Errno.ENODATA);
            }
        }
        view.write(name, ByteBuffer.wrap(op.value()));
    }

    List<Name> list(Path path) throws IOException {
        var view = Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, FileView.SELF);
        return view == null ? List.of() : view.list().stream().map(name -> Name.of(NAMESPACE + name)).toList();
    }

    void remove(Path path, Name attribute) throws IOException {
        String name = name(attribute);
        UserDefinedFileAttributeView view = view(path);
        existing(view, name);
        view.delete(name);
    }
}
