package org.hexfuse.examples.remote.webdav;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.hexfuse.abi.Errno;
import org.hexfuse.examples.remote.store.ChangedException;
import org.hexfuse.examples.remote.store.Content;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.examples.remote.store.Pages;
import org.hexfuse.examples.remote.store.Store;

/**
 * A WebDAV server, as Apache, nginx and file services are. Files are read by ranges, of the version that a strong ETag names, and
 * replaced only if they still have it; names are moved, created and removed by MOVE, MKCOL and DELETE. A server without strong ETags
 * is used without these checks. Redirects are not followed, but for a directory to its path with a slash.
 *
 * <p>Source: RFC 4918 (WebDAV), RFC 9110 (HTTP: ranges, conditional requests).
 */
public final class WebDavStore implements Store {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** The most bytes of a reply without use that are read to keep its connection. */
    private static final int DRAINED = 1 << 16;
    private static final BodyPublisher PROPERTIES = BodyPublishers.ofString("""
            <?xml version="1.0" encoding="utf-8"?>
            <propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>
            """);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT).build();
    /** Scheme and authority. */
    private final String server;
    private final String base;
    private final Optional<String> authorization;

    /**
     * The directory of a URL, which need not have its path encoded.
     *
     * @param url {@code http://host:port/path}, or https
     * @param login name and password with a colon between them
     */
    public WebDavStore(String url, Optional<String> login) {
        int slash = url.indexOf('/', url.indexOf("//") + 2);
        this.server = slash < 0 ? url : url.substring(0, slash);
        this.base = slash < 0 ? "" : url.substring(slash).replaceAll("/+$", "");
        this.authorization = login
                .map(text -> "Basic " + Base64.getEncoder().encodeToString(text.strip().getBytes(UTF_8)));
        if (!server.matches("https?://[A-Za-z0-9.:\\[\\]-]+")) {
            throw new IllegalArgumentException("'" + url + "' has no host: write it as http://host:port/path");
        }
    }

    @Override public String name() {
        return server + base;
    }

    private HttpRequest.Builder request(String path) {
        var builder = HttpRequest.newBuilder(uri(path));
        authorization.ifPresent(value -> builder.header("Authorization", value));
        return builder;
    }

    private URI uri(String path) {
        return URI.create(server + Hrefs.encode(base + path));
    }

    private static String slashed(String path) {
        return path.endsWith("/") ? path : path + '/';
    }

    private static String path(String path, boolean directory) {
        return directory ? slashed(path) : path;
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofInputStream());
    }

    /** Sends a request whose reply has nothing of use but its status. */
    private int status(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<InputStream> reply = send(request);
        drain(reply);
        return reply.statusCode();
    }

    private static void drain(HttpResponse<InputStream> reply) throws IOException {
        try (InputStream body = reply.body()) {
            body.readNBytes(DRAINED);
        }
    }

    private HttpResponse<InputStream> propfind(String path, int depth) throws IOException, InterruptedException {
        return send(request(path).header("Depth", Integer.toString(depth))
                .header("Content-Type", "application/xml; charset=utf-8").method("PROPFIND", PROPERTIES));
    }

    private Multistatus multistatus(String path, int depth) throws IOException, InterruptedException {
        HttpResponse<InputStream> reply = propfind(path, depth);
        if (reply.statusCode() / 100 == 3 && !path.endsWith("/")) {
            drain(reply);
            return multistatus(slashed(path), depth);
        }
        if (reply.statusCode() != 207) {
            drain(reply);
            throw failure(path, reply.statusCode());
        }
        return new Multistatus(reply.body(), base + path);
    }

    @Override public Item stat(String path) throws IOException, InterruptedException {
        try (Multistatus reply = multistatus(path, 0)) {
            return reply.self();
        }
    }

    @Override public Pages list(String path) throws IOException, InterruptedException {
        return multistatus(slashed(path), 1);
    }

    @Override public byte[] read(String path, String version, long offset, int length)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).header("Range", "bytes=" + offset + '-' + (offset + length - 1));
        if (isStrong(version)) {
            request.header("If-Match", version);
        }
        HttpResponse<InputStream> reply = send(request);
        try (InputStream body = reply.body()) {
            int status = reply.statusCode();
            Optional<String> tag = reply.headers().firstValue("ETag").filter(WebDavStore::isStrong);
            boolean other = isStrong(version) && tag.isPresent() && !tag.get().equals(version);
            if (status == 416 || (other && status / 100 == 2)) {
                throw new ChangedException(path);
            }
            if (status == 200) {
                // The whole file: the server has no ranges.
                body.skipNBytes(offset);
            } else if (status != 206) {
                throw failure(path, status);
            }
            return body.readNBytes(length);
        }
    }

    private static boolean isStrong(String version) {
        return version.startsWith("\"");
    }

    @Override public void create(String path) throws IOException, InterruptedException {
        int status = status(request(path).header("If-None-Match", "*").PUT(BodyPublishers.noBody()));
        if (status == 412) {
            throw new FileAlreadyExistsException(path);
        }
        check(path, status);
    }

    @Override public void put(String path, Content content, String version) throws IOException, InterruptedException {
        BodyPublisher body = BodyPublishers.ofInputStream(content::open);
        HttpRequest.Builder request = request(path).PUT(
                content.size() == 0 ? BodyPublishers.noBody() : BodyPublishers.fromPublisher(body, content.size()));
        check(path, status(isStrong(version) ? request.header("If-Match", version) : request));
    }

    @Override public void makeDirectory(String path) throws IOException, InterruptedException {
        int status = status(request(slashed(path)).method("MKCOL", BodyPublishers.noBody()));
        if (status == 405) {
            throw new FileAlreadyExistsException(path);
        }
        check(path, status);
    }

    @Override public void delete(String path, boolean directory) throws IOException, InterruptedException {
        check(path, status(request(path(path, directory)).DELETE()));
    }

    @Override public void move(String from, String to, boolean directory, boolean replace)
            throws IOException, InterruptedException {
        int status = status(
                request(path(from, directory)).header("Destination", uri(path(to, directory)).toASCIIString())
                        .header("Overwrite", replace ? "T" : "F").method("MOVE", BodyPublishers.noBody()));
        if (status == 412) {
            throw new FileAlreadyExistsException(to);
        }
        check(from, status);
    }

    /** What was done has any 2xx, but for 207: that has the errors of a part. */
    private static void check(String path, int status) throws IOException {
        if (status / 100 != 2 || status == 207) {
            throw failure(path, status);
        }
    }

    private static IOException failure(String path, int status) {
        return switch (status) {
            case 401, 403 -> new AccessDeniedException(path, null, "HTTP " + status);
            case 404, 409, 410 -> new NoSuchFileException(path, null, "HTTP " + status);
            case 412 -> new ChangedException(path);
            case 413 -> new FileSystemException(path, null, Errno.EFBIG.message());
            case 423 -> new FileSystemException(path, null, Errno.EBUSY.message());
            case 507 -> new FileSystemException(path, null, Errno.ENOSPC.message());
            case 405, 501 -> new FileSystemException(path, null, Errno.EOPNOTSUPP.message());
            case 408, 425, 429, 500, 502, 503, 504 -> new IOException("HTTP " + status + ": " + path);
            default -> new FileSystemException(path, null, "HTTP " + status);
        };
    }
}
