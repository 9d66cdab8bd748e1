package org.hexfuse.nio.server;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.hexfuse.transport.Address;

/** What the providers of this package have in common: parameters that are known, and errors of one line. */
final class Parameters {
    private Parameters() {}

    /** Checks that all parameters are known. */
    static void check(Address address, String... known) {
        for (String name : address.parameters().keySet()) {
            if (!List.of(known).contains(name)) {
                throw new IllegalArgumentException("'" + address + "': " + address.scheme() + ": has no parameter '"
                        + name + "'; it has " + String.join(", ", known));
            }
        }
    }

    /** The path of an address on the default provider. */
    static Path path(Address address, String what) {
        if (address.path().isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + address + "': " + address.scheme() + ": takes " + what);
        }
        try {
            return Path.of(address.path());
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + address + "': " + e.getReason(), e);
        }
    }

    /** The failure with a message of one line. */
    static IOException named(IOException failure) {
        return switch (failure) {
            case NoSuchFileException e -> new IOException(e.getFile() + ": no such file or directory", e);
            case AccessDeniedException e -> new IOException(e.getFile() + ": permission denied", e);
            case FileSystemException e when e.getReason() != null -> new IOException(
                    e.getFile() + ": " + e.getReason(), e);
            default -> failure;
        };
    }
}
