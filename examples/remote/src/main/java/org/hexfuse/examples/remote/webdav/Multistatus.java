package org.hexfuse.examples.remote.webdav;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.hexfuse.abi.Name;
import org.hexfuse.examples.remote.store.Item;
import org.hexfuse.examples.remote.store.Pages;

/**
 * The reply to PROPFIND, which may list a directory of any size: it is read from the connection as far as a page needs. A page may take
 * {@value #PAGE_BYTES} bytes of it, so that a server can't fill the memory.
 */
final class Multistatus implements Pages {
    private static final int PAGE = 500;
    private static final int PAGE_BYTES = 4 << 20;
    private static final int LONGEST_NAME = 255;
    private static final String DAV = "DAV:";

    private final LimitedStream body;
    /** The path of the directory itself, without a slash at its end. */
    private final String directory;
    private final XMLStreamReader xml;

    /** The reply to a request for {@code path}. */
    Multistatus(InputStream body, String path) throws IOException {
        this.body = new LimitedStream(body);
        this.directory = withoutSlash(path);
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            this.xml = factory.createXMLStreamReader(this.body);
        } catch (XMLStreamException e) {
            body.close();
            throw malformed(e);
        }
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static IOException malformed(Exception cause) {
        return cause.getCause() instanceof IOException failure ? failure
                : new IOException("a malformed reply to PROPFIND: " + cause.getMessage(), cause);
    }

    /** One response: a path and its properties. */
    private static final class Response {
        private String href = "";
        private boolean directory;
        private long size;
        private Instant modified = Instant.EPOCH;
        private String tag = "";

        Item item(String name) {
            String version = tag.isEmpty() ? modified.toEpochMilli() + "/" + size : tag;
            return new Item(name, directory, directory ? 0 : size, modified, version);
        }
    }

    /** The item that was asked for itself. */
    Item self() throws IOException {
        Response first = response();
        if (first == null) {
            throw new IOException("an empty reply to PROPFIND");
        }
        String path = withoutSlash(Hrefs.decode(first.href));
        return first.item(path.substring(path.lastIndexOf('/') + 1));
    }

    @Override public List<Item> next() throws IOException {
        body.left = PAGE_BYTES;
        var page = new ArrayList<Item>();
        while (page.size() < PAGE) {
            Response response = response();
            if (response == null) {
                break;
            }
            String path = withoutSlash(Hrefs.decode(response.href));
            // What is not right below the directory is the directory, or no business of this listing.
            if (path.length() > directory.length() && path.lastIndexOf('/') == directory.length()
                    && path.startsWith(directory)) {
                String name = path.substring(directory.length() + 1);
                if (isName(name)) {
                    page.add(response.item(name));
                }
            }
        }
        return page;
    }

    private static boolean isName(String text) {
        Name name = Name.of(text);
        return name.length() > 0 && name.length() <= LONGEST_NAME && !name.isDotOrDotDot() && text.indexOf('\0') < 0;
    }

    /** The next response; null at the end. */
    private Response response() throws IOException {
        try {
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT && is("response")) {
                    return readResponse();
                }
            }
            return null;
        } catch (XMLStreamException e) {
            throw malformed(e);
        }
    }

    private Response readResponse() throws XMLStreamException {
        var response = new Response();
        while (!(xml.next() == XMLStreamConstants.END_ELEMENT && is("response"))) {
            if (xml.getEventType() == XMLStreamConstants.START_ELEMENT && DAV.equals(xml.getNamespaceURI())) {
                readElement(response);
            }
        }
        return response;
    }

    /** Properties that the server does not have are listed without a value. */
    private void readElement(Response response) throws XMLStreamException {
        switch (xml.getLocalName()) {
            case "href" -> response.href = xml.getElementText().strip();
            case "collection" -> response.directory = true;
            case "getcontentlength" -> response.size = size(xml.getElementText().strip());
            case "getlastmodified" -> response.modified = time(xml.getElementText().strip());
            case "getetag" -> response.tag = xml.getElementText().strip();
            default -> {
                // Other elements only have these in them.
            }
        }
    }

    private boolean is(String name) {
        return name.equals(xml.getLocalName()) && DAV.equals(xml.getNamespaceURI());
    }

    private static long size(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private static Instant time(String text) {
        try {
            return text.isEmpty() ? Instant.EPOCH : Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
        } catch (DateTimeException _) {
            return Instant.EPOCH;
        }
    }

    @Override public void close() throws IOException {
        body.close();
    }

    /** Fails when a page takes too much of it. */
    private static final class LimitedStream extends FilterInputStream {
        private long left = PAGE_BYTES;

        LimitedStream(InputStream in) {
            super(in);
        }

        private int counted(int read) throws IOException {
            left -= Math.max(0, read);
            if (left < 0) {
                throw new IOException("a reply to PROPFIND with more than " + PAGE_BYTES + " bytes a page");
            }
            return read;
        }

        @Override public int read() throws IOException {
            int read = super.read();
            counted(read < 0 ? 0 : 1);
            return read;
        }

        @Override public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            return counted(super.read(target, offset, length));
        }
    }
}
