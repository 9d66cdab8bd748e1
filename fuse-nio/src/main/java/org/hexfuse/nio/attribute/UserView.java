package org.hexfuse.nio.attribute;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Objects;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Name;
import org.hexfuse.nio.error.IoErrors;
import org.hexfuse.nio.mount.Location;
import org.hexfuse.nio.mount.NioMount;

/** The view "user": the extended attributes whose names start with "user.", without that. Values have at most 64 KiB. */
public final class UserView implements UserDefinedFileAttributeView {
    private static final String NAMESPACE = "user.";
    private static final Name PREFIX = Name.of(NAMESPACE);

    private final Location file;

    /** The extended attributes of a file. */
    public UserView(Location file) {
        this.file = file;
    }

    @Override public String name() {
        return "user";
    }

    private <T> T get(String what, NioMount.Call<T> call) throws IOException {
        return file.get(call, e -> failure(what, e));
    }

    private IOException failure(String what, FuseException e) {
        return IoErrors.because(e, new FileSystemException(file.name(), null, what + ": " + IoErrors.reason(e)));
    }

    @Override public List<String> list() throws IOException {
        List<Name> names = get("the extended attributes cannot be listed",
                vfs -> file.follow() ? vfs.listxattr(file.path()) : vfs.llistxattr(file.path()));
        return names.stream().filter(name -> name.startsWith(PREFIX))
                .map(name -> name.toString().substring(NAMESPACE.length())).toList();
    }

    /** The value. */
    byte[] read(String name) throws IOException {
        String full = NAMESPACE + Objects.requireNonNull(name);
        return get("extended attribute '" + name + "' cannot be read",
                vfs -> file.follow() ? vfs.getxattr(file.path(), full) : vfs.lgetxattr(file.path(), full));
    }

    @Override public int size(String name) throws IOException {
        return read(name).length;
    }

    @Override public int read(String name, ByteBuffer dst) throws IOException {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("the buffer is read-only");
        }
        byte[] value = read(name);
        if (value.length > dst.remaining()) {
            throw new FileSystemException(file.name(), null, "extended attribute '" + name + "' has " + value.length
                    + " bytes, and the buffer room for " + dst.remaining());
        }
        dst.put(value);
        return value.length;
    }

    @Override public int write(String name, ByteBuffer src) throws IOException {
        String full = NAMESPACE + Objects.requireNonNull(name);
        byte[] value = new byte[src.remaining()];
        src.get(src.position(), value);
        get("extended attribute '" + name + "' cannot be written", vfs -> {
            if (file.follow()) {
                vfs.setxattr(file.path(), full, value, 0);
            } else {
                vfs.lsetxattr(file.path(), full, value, 0);
            }
            return name;
        });
        src.position(src.position() + value.length);
        return value.length;
    }

    @Override public void delete(String name) throws IOException {
        String full = NAMESPACE + Objects.requireNonNull(name);
        get("extended attribute '" + name + "' cannot be removed", vfs -> {
            if (file.follow()) {
                vfs.removexattr(file.path(), full);
            } else {
                vfs.lremovexattr(file.path(), full);
            }
            return name;
        });
    }
}
