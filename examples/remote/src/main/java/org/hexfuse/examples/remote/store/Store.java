package org.hexfuse.examples.remote.store;

import java.io.IOException;

/**
 * A remote store of files: what a protocol implements, and no more.
 *
 * <p><b>Paths</b> begin with a slash, the root is {@code /}; names are strings as {@link org.hexfuse.abi.Name} makes them of bytes.
 *
 * <p><b>Calls</b> may take as long as they like, since the caller limits their time: a thread that is interrupted ends its call with
 * {@link InterruptedException}, or an {@link IOException}. Any thread may call any method.
 *
 * <p><b>Errors.</b> {@link java.nio.file.NoSuchFileException}, {@link java.nio.file.AccessDeniedException} and the other
 * {@link java.nio.file.FileSystemException}s are answers of the store. Every other {@link IOException} is a failure that may be gone at
 * the next attempt.
 */
public interface Store {
    /** What tells it from other stores, such as its URL. At most some hundred characters. */
    String name();

    /** The properties of a file or directory. */
    Item stat(String path) throws IOException, InterruptedException;

    /** Begins to list a directory. */
    Pages list(String path) throws IOException, InterruptedException;

    /**
     * Reads a range of a file.
     *
     * @param version the version to read, see {@link Item#version}
     * @param length the most bytes to return
     * @return fewer bytes only at the end of the file
     * @throws ChangedException if the file has another version now
     */
    byte[] read(String path, String version, long offset, int length) throws IOException, InterruptedException;

    /**
     * Creates an empty file.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the path exists
     */
    void create(String path) throws IOException, InterruptedException;

    /**
     * Replaces the whole content of a file.
     *
     * @param version the version that is replaced
     * @throws ChangedException if the file has another version now
     */
    void put(String path, Content content, String version) throws IOException, InterruptedException;

    /**
     * Creates a directory.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the path exists
     */
    void makeDirectory(String path) throws IOException, InterruptedException;

    /** Removes a file or a directory; what is in a directory may be removed with it. */
    void delete(String path, boolean directory) throws IOException, InterruptedException;

    /**
     * Moves a file or a directory.
     *
     * @param replace whether a file that has the new path is replaced
     * @throws java.nio.file.FileAlreadyExistsException if it is not to be replaced and exists
     */
    void move(String from, String to, boolean directory, boolean replace) throws IOException, InterruptedException;
}
