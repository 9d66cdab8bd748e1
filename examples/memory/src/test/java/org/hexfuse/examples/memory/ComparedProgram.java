package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixDirectory;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.vfs.OpenFlag;

/**
 * A program that {@link KernelComparisonTest} runs on both kernels.
 *
 * @param name what it does
 * @param serving how the files are served and mounted
 * @param differences all differences of the two logs, in their order
 */
record ComparedProgram(String name, Set<Serving> serving, Script script, List<Difference> differences) {
    /** Why the kernels differ. */
    enum Reason {
        /**
         * Linux makes the inode of the root before INIT, when POSIX_ACL is not negotiated, and so never caches its access control list.
         * That is a request for each path of each user but the owner, for nothing.
         */
        ROOT_LIST,
        /** Linux reads a page before a write to the cache also if all of the file that is in it is overwritten. */
        OVERWRITTEN,
        /** Linux writes dirty pages out up to the end of the file, ours to the last byte that was written. */
        WHOLE_PAGES,
        /**
         * Where the size changes and where a file is opened without FOPEN_KEEP_CACHE Linux drops all pages, and writes out dirty ones for it,
         * one by one ({@code invalidate_inode_pages2}). Ours stay dirty and are written out together.
         */
        LAUNDERED,
        /** Linux does not write out before LSEEK: data that the server has not got yet is a hole to it. */
        SOUGHT
    }

    /**
     * A difference.
     *
     * @param line a line that only the running kernel has, with {@code -} before it, or only ours, with {@code +}
     */
    record Difference(Reason reason, String line) {}

    /** What is not as usual. */
    enum Serving {
        /** Files are opened with FOPEN_KEEP_CACHE. */
        KEEP_CACHE,
        /** Neither HANDLE_KILLPRIV nor HANDLE_KILLPRIV_V2 is negotiated. */
        NO_KILLPRIV,
        /** WRITEBACK_CACHE is negotiated. */
        WRITEBACK,
        /** GETXATTR is ENOSYS. */
        NO_GETXATTR,
        /** LSEEK is ENOSYS. */
        NO_LSEEK,
        /** The kernel opens directories for itself; when RELEASEDIR of them is sent is not compared. */
        RELEASED_LATER,
        /** The filesystem is mounted with {@code ro}. */
        READ_ONLY,
        /** It is mounted with {@code noatime}. */
        NOATIME
    }

    /** What a program may do. */
    record Calls(PosixClient fs, Runnable passTimeouts) {
        void write(String path, String text) {
            try (PosixFile file = fs.open(path, 0644, OpenFlag.WRITE, OpenFlag.CREATE)) {
                file.write(text.getBytes(UTF_8), 0);
            }
        }

        String read(String path) {
            byte[] bytes = new byte[100];
            try (PosixFile file = fs.open(path)) {
                int count = file.read(bytes, 0);
                return new String(bytes, 0, count, UTF_8);
            }
        }

        Errno error(Runnable call) {
            try {
                call.run();
                return Errno.OK;
            } catch (FuseException e) {
                return e.errno();
            }
        }

        void absent(String path) {
            assertThat(error(() -> fs.stat(path))).isEqualTo(Errno.ENOENT);
        }

        List<String> list(String path) {
            var names = new ArrayList<String>();
            try (PosixDirectory directory = fs.opendir(path)) {
                for (var next = directory.next(); next.isPresent(); next = directory.next()) {
                    names.add(next.get().name().toString());
                }
            }
            return names;
        }
    }

    interface Script {
        void run(Calls calls) throws Exception;
    }

    static ComparedProgram program(String name, Script script) {
        return new ComparedProgram(name, Set.of(), script, List.of());
    }

    ComparedProgram served(Serving as) {
        return new ComparedProgram(name, Set.of(as), script, differences);
    }

    ComparedProgram differs(Reason reason, String... lines) {
        return new ComparedProgram(name, serving, script,
                Stream.of(lines).map(line -> new Difference(reason, line)).toList());
    }
}
