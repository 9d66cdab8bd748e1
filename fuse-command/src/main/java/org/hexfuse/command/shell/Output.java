package org.hexfuse.command.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;

/** Standard output, for text and for the content of files. Used by one thread. */
final class Output {
    private final OutputStream stream;
    private final PrintWriter text;
    private boolean lineOpen;

    Output(OutputStream stream) {
        this.stream = stream;
        this.text = new PrintWriter(new OutputStreamWriter(stream, UTF_8), false);
    }

    PrintWriter text() {
        return text;
    }

    void line(String line) {
        text.println(line);
        lineOpen = false;
    }

    void bytes(byte[] bytes, int length) throws IOException {
        text.flush();
        stream.write(bytes, 0, length);
        lineOpen = length > 0 ? bytes[length - 1] != '\n' : lineOpen;
    }

    void flush() throws IOException {
        text.flush();
        stream.flush();
    }

    /** Ends the last line on a terminal, so that the prompt starts on a new one. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 returns null again without a terminal
    void finish() throws IOException {
        if (lineOpen && System.console() != null) {
            text.println();
            lineOpen = false;
        }
        flush();
    }
}
