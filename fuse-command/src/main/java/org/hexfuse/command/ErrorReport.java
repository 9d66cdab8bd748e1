package org.hexfuse.command;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.hexfuse.abi.FuseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The message and the exit status of a failed command. */
final class ErrorReport {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorReport.class);

    private ErrorReport() {}

    /** Invalid arguments are usage errors, I/O and FUSE errors are failures, other exceptions are logged as defects. */
    static int print(Exception e, CommandLine command, ParseResult result) {
        return print(e, command);
    }

    /** As above, also for errors of the JVM, which picocli rethrows. */
    static int print(Throwable e, CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        switch (e) {
            case IllegalArgumentException wrong -> {
                command.getErr().println(name + ": " + oneLine(wrong.getMessage()));
                return CommandLine.ExitCode.USAGE;
            }
            case FileSystemException failure -> command.getErr().println(name + ": " + reason(failure));
            case IOException failure -> command.getErr().println(name + ": " + oneLine(failure.getMessage()));
            case FuseException failure -> command.getErr().println(name + ": " + oneLine(failure.getMessage()));
            case InterruptedException _ -> command.getErr().println(name + ": interrupted");
            case OutOfMemoryError _ -> command.getErr()
                    .println(name
                            + ": out of memory; give Java more by HEXFUSE_JAVA_OPTIONS=-Xmx..., or do less at once");
            case StackOverflowError _ -> command.getErr().println(name + ": nested too deeply");
            default -> LOG.error("{}: a defect, please report it", name, e);
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** The message of a {@link FileSystemException} is often the file name only. */
    private static String reason(FileSystemException e) {
        return switch (e) {
            case AccessDeniedException _ -> e.getFile() + ": Permission denied";
            case NoSuchFileException _ -> e.getFile() + ": No such file or directory";
            case FileAlreadyExistsException _ -> e.getFile() + ": File exists";
            default -> oneLine(e.getMessage());
        };
    }

    static String oneLine(String message) {
        return message == null ? "failed without a message" : message.replaceAll("\\s*\\R\\s*", " ").strip();
    }
}
