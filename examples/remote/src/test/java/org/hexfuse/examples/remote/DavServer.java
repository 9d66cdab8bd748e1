package org.hexfuse.examples.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hexfuse.examples.remote.store.ChangedException;
import org.hexfuse.examples.remote.store.Content;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.examples.remote.store.Pages;
import org.hexfuse.examples.remote.store.Store;

/** A WebDAV server on this machine that shows another store below {@code /dav files}: what fails there is 503 here. */
final class DavServer implements AutoCloseable {
    private static final String BASE = "/dav files";
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");

    private final Store store;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    /** A login that is required; empty for none. */
    private volatile String authorization = "";

    DavServer(Store store) throws IOException {
        this.store = store;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort() + BASE;
    }

    void require(String value) {
        authorization = value;
    }

    @Override public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().substring(BASE.length());
            if (!authorization.isEmpty()
                    && !authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            try {
                answer(exchange, path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
            } catch (NoSuchFileException _) {
                exchange.sendResponseHeaders(404, -1);
            } catch (ChangedException _) {
                exchange.sendResponseHeaders(412, -1);
            } catch (FileAlreadyExistsException _) {
                exchange.sendResponseHeaders(exchange.getRequestMethod().equals("MKCOL") ? 405 : 412, -1);
            } catch (IOException | InterruptedException _) {
                exchange.sendResponseHeaders(503, -1);
            }
        }
    }

    private void answer(HttpExchange exchange, String path) throws IOException, InterruptedException {
        switch (exchange.getRequestMethod()) {
            case "PROPFIND" -> propfind(exchange, path);
            case "GET" -> get(exchange, path);
            case "PUT" -> put(exchange, path);
            case "MKCOL" -> {
                store.makeDirectory(path);
                exchange.sendResponseHeaders(201, -1);
            }
            case "DELETE" -> {
                store.delete(path, exchange.getRequestURI().getPath().endsWith("/"));
                exchange.sendResponseHeaders(204, -1);
            }
            case "MOVE" -> {
                String target = URI.create(exchange.getRequestHeaders().getFirst("Destination")).getPath();
                String to = target.substring(BASE.length()).replaceAll("/$", "");
                store.move(path, to, target.endsWith("/"),
                        !"F".equals(exchange.getRequestHeaders().getFirst("Overwrite")));
                exchange.sendResponseHeaders(201, -1);
            }
            default -> exchange.sendResponseHeaders(501, -1);
        }
    }

    private void propfind(HttpExchange exchange, String path) throws IOException, InterruptedException {
        Item self = store.stat(path);
        var items = new ArrayList<Item>();
        if ("1".equals(exchange.getRequestHeaders().getFirst("Depth"))) {
            try (Pages pages = store.list(path)) {
                for (List<Item> page = pages.next(); !page.isEmpty(); page = pages.next()) {
                    items.addAll(page);
                }
            }
        }
        exchange.sendResponseHeaders(207, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write("<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">".getBytes(UTF_8));
            out.write(response(BASE + path, self));
            for (Item item : items) {
                out.write(response(BASE + (path.equals("/") ? "" : path) + '/' + item.name(), item));
            }
            out.write("</D:multistatus>".getBytes(UTF_8));
        }
    }

    private static byte[] response(String path, Item item) {
        String href = URLEncoder.encode(path, UTF_8).replace("%2F", "/").replace("+", "%20");
        String type = item.directory() ? "<D:collection/>" : "";
        return """
                <D:response><D:href>%s</D:href><D:propstat><D:prop><D:resourcetype>%s</D:resourcetype>
                <D:getcontentlength>%d</D:getcontentlength><D:getlastmodified>%s</D:getlastmodified>
                <D:getetag>%s</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>
                """.formatted(item.directory() && !path.endsWith("/") ? href + '/' : href, type, item.size(),
                DateTimeFormatter.RFC_1123_DATE_TIME.format(item.modified().atOffset(ZoneOffset.UTC)), item.version())
                .getBytes(UTF_8);
    }

    private void get(HttpExchange exchange, String path) throws IOException, InterruptedException {
        Item item = store.stat(path);
        String expected = exchange.getRequestHeaders().getFirst("If-Match");
        Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range"));
        if (expected != null && !expected.equals(item.version())) {
            throw new ChangedException(path);
        }
        if (!range.matches() || Long.parseLong(range.group(1)) >= item.size()) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        long start = Long.parseLong(range.group(1));
        byte[] data = store.read(path, item.version(), start,
                Math.toIntExact(Long.parseLong(range.group(2)) - start + 1));
        exchange.getResponseHeaders().set("ETag", item.version());
        exchange.sendResponseHeaders(206, data.length);
        exchange.getResponseBody().write(data);
    }

    private void put(HttpExchange exchange, String path) throws IOException, InterruptedException {
        byte[] data = exchange.getRequestBody().readAllBytes();
        if ("*".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            store.create(path);
        } else {
            String expected = exchange.getRequestHeaders().getFirst("If-Match");
            store.put(path, new Bytes(data), expected == null ? store.stat(path).version() : expected);
        }
        exchange.sendResponseHeaders(201, -1);
    }

    /** Content in memory. */
    static final class Bytes implements Content {
        private final byte[] data;

        Bytes(byte[] data) {
            this.data = data;
        }

        @Override public long size() {
            return data.length;
        }

        @Override public InputStream open() {
            return new ByteArrayInputStream(data);
        }
    }
}
