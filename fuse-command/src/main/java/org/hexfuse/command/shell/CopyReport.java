package org.hexfuse.command.shell;

import java.io.PrintWriter;

/** What a copy of a tree has copied and what it could not copy, for the user. Used by one thread. */
final class CopyReport {
    private static final int PRINTED = 20;
    private static final int FAILED = 1;

    private final String command;
    private final PrintWriter err;
    private long files;
    private long bytes;
    private long failures;

    /** A report of a command, which prints to {@code err}. */
    CopyReport(String command, PrintWriter err) {
        this.command = command;
        this.err = err;
    }

    /** Counts a file, a link or a special file that is copied with its attributes, and the bytes of its content. */
    void copied(long size) {
        files++;
        bytes += size;
    }

    /** Counts what could not be copied, and prints the first of it. */
    void failed(CommandFailure failure) {
        if (++failures <= PRINTED) {
            err.println(command + ": " + failure.getMessage());
        }
    }

    /** Says what was copied if something failed. Returns the exit status. */
    int finish() {
        if (failures == 0) {
            return 0;
        }
        err.println(command + ": copied " + counts() + "; " + number(failures, "failure")
                + (failures > PRINTED ? ", the first " + PRINTED + " are above" : ""));
        return FAILED;
    }

    /** Says why the copy has ended early, and what was copied before. Returns the exit status. */
    int stop(CommandFailure failure) {
        err.println(command + ": " + failure.getMessage());
        if (files > 0) {
            err.println(command + ": copied " + counts() + " before that");
        }
        return FAILED;
    }

    private String counts() {
        return number(files, "file") + " (" + number(bytes, "byte") + ")";
    }

    private static String number(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
