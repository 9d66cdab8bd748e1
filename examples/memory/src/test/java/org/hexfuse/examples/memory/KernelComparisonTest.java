package org.hexfuse.examples.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.server.Create;
import org.hexfuse.server.Created;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.VirtualClock;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixDirectory;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.testkit.posix.VfsClient;
import org.hexfuse.testkit.record.RecordedRequest;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.testkit.record.SideBySide;
import org.hexfuse.vfs.OpenFlag;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * The same programs on the running kernel and on ours, and the requests that each sends, side by side. Each difference is listed here
 * with its reason; one that does not occur any more fails too.
 */
@Timeout(60) class KernelComparisonTest {
    private static final String COMPARED_WITH = "6.18.";
    /** Of attributes and entries. Short, since the running kernel waits for it in real time. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** Their order depends on when the kernel evicts, and their number on what it has cached. */
    private static final Set<Opcode> NOT_COMPARED = EnumSet.of(Opcode.INIT, Opcode.FORGET, Opcode.BATCH_FORGET,
            Opcode.DESTROY, Opcode.INTERRUPT);
    /** The arguments that say what the kernel wants. */
    private static final List<String> COMPARED = List.of("size", "offset", "valid", "mode", "mask", "read_flags",
            "write_flags", "release_flags", "getattr_flags", "newdir", "oldnodeid", "whence", "fsync_flags");

    /** What a program may do. */
    private record Calls(PosixClient fs, Runnable passTimeouts) {
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

    private interface Script {
        void run(Calls calls) throws Exception;
    }

    /** Why the kernels differ. */
    private enum Reason {
        /** Linux checks the permission to search the root also for its owner, for which it reads its attributes; ours lets root search. */
        ROOT,
        /** Linux looks for capabilities of a file that it changes, to remove them. Ours has none. */
        CAPABILITIES,
        /** Linux invalidates single attributes, such as the time of access. Ours then reads all of them again. */
        FIELDS,
        /** The sizes are those of the callers' buffers. */
        BUFFERS
    }

    /**
     * A difference.
     *
     * @param line a line that only the running kernel has, with {@code -} before it, or only ours, with {@code +}
     */
    private record Difference(Reason reason, String line) {}

    /**
     * A program.
     *
     * @param name what it does
     * @param keepCache whether files are opened with FOPEN_KEEP_CACHE
     * @param differences all differences, in their order
     */
    private record Program(String name, boolean keepCache, Script script, List<Difference> differences) {
        Program differs(Reason reason, String... lines) {
            var all = new ArrayList<>(differences);
            for (String line : lines) {
                all.add(new Difference(reason, line));
            }
            return new Program(name, keepCache, script, all);
        }

        Program keepingCache() {
            return new Program(name, true, script, differences);
        }
    }

    private static Program program(String name, Script script) {
        return new Program(name, false, script, List.of());
    }

    /** The programs. The directory has the file {@code /f} of five bytes, the directory {@code /d} with {@code /d/g}, the link {@code /l}. */
    private static final List<Program> PROGRAMS = List.of(
            program("stat twice within the timeout", calls -> {
                calls.fs().stat("/f");
                calls.fs().stat("/f");
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("stat twice, after the timeout", calls -> {
                calls.fs().stat("/f");
                calls.passTimeouts().run();
                calls.fs().stat("/f");
            }).differs(Reason.ROOT, "- GETATTR 1", "- GETATTR 1"),
            program("stat below a directory", calls -> {
                calls.fs().stat("/d/g");
                calls.fs().stat("/d/g");
                calls.fs().stat("/d");
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("stat below a directory, after the timeout", calls -> {
                calls.fs().stat("/d/g");
                calls.passTimeouts().run();
                calls.fs().stat("/d/g");
            }).differs(Reason.ROOT, "- GETATTR 1", "- GETATTR 1"),
            program("stat of an absent name twice", calls -> {
                calls.absent("/none");
                calls.absent("/none");
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("create a name that was absent", calls -> {
                calls.absent("/none");
                calls.write("/none", "now");
                calls.fs().stat("/none");
            }).differs(Reason.ROOT, "- GETATTR 1")
                    .differs(Reason.CAPABILITIES, "- GETXATTR 6 security.capability -> ENODATA")
                    .differs(Reason.ROOT, "- GETATTR 1"),
            program("open, read and close twice", calls -> {
                calls.read("/f");
                calls.read("/f");
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("open, read and close twice with FOPEN_KEEP_CACHE", calls -> {
                calls.read("/f");
                calls.read("/f");
            }).keepingCache().differs(Reason.ROOT, "- GETATTR 1"),
            program("read one open file twice", calls -> {
                byte[] bytes = new byte[10];
                try (PosixFile file = calls.fs().open("/f")) {
                    file.read(bytes, 0);
                    file.read(bytes, 0);
                }
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("read beyond the end", calls -> {
                try (PosixFile file = calls.fs().open("/f")) {
                    assertThat(file.read(new byte[10], 100)).isZero();
                }
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("create, write, close, stat", calls -> {
                calls.write("/new", "text");
                assertThat(calls.fs().stat("/new").size()).isEqualTo(4);
            }).differs(Reason.ROOT, "- GETATTR 1")
                    .differs(Reason.CAPABILITIES, "- GETXATTR 6 security.capability -> ENODATA")
                    .differs(Reason.ROOT, "- GETATTR 1"),
            program("create a file that exists exclusively", calls -> assertThat(
                    calls.error(() -> calls.fs().create("/f").close())).isEqualTo(Errno.EEXIST))
                    .differs(Reason.ROOT, "- GETATTR 1"),
            program("append twice", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE, OpenFlag.APPEND)) {
                    file.write("a".getBytes(UTF_8), 0);
                    file.write("b".getBytes(UTF_8), 0);
                }
                assertThat(calls.read("/f")).isEqualTo("helloab");
            }).differs(Reason.ROOT, "- GETATTR 1")
                    .differs(Reason.CAPABILITIES, "- GETXATTR 2 security.capability -> ENODATA")
                    .differs(Reason.FIELDS, "+ GETATTR 2"),
            program("truncate and stat", calls -> {
                calls.fs().truncate("/f", 2);
                assertThat(calls.fs().stat("/f").size()).isEqualTo(2);
            }).differs(Reason.ROOT, "- GETATTR 1")
                    .differs(Reason.CAPABILITIES, "- GETXATTR 2 security.capability -> ENODATA"),
            program("open with O_TRUNC", calls -> {
                calls.fs().open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE).close();
                assertThat(calls.fs().stat("/f").size()).isZero();
            }).differs(Reason.ROOT, "- GETATTR 1").differs(Reason.CAPABILITIES,
                    "- GETXATTR 2 security.capability -> ENODATA"),
            program("unlink, then stat", calls -> {
                calls.fs().stat("/f");
                calls.fs().unlink("/f");
                calls.absent("/f");
            }).differs(Reason.ROOT, "- GETATTR 1", "- GETATTR 1"),
            program("rename, then stat both names", calls -> {
                calls.fs().rename("/f", "/moved");
                calls.fs().stat("/moved");
                calls.absent("/f");
            }).differs(Reason.ROOT, "- GETATTR 1", "- GETATTR 1"),
            program("rename over a file", calls -> {
                calls.write("/other", "1");
                calls.fs().rename("/f", "/other");
                assertThat(calls.read("/other")).isEqualTo("hello");
            }).differs(Reason.ROOT, "- GETATTR 1")
                    .differs(Reason.CAPABILITIES, "- GETXATTR 6 security.capability -> ENODATA")
                    .differs(Reason.ROOT, "- GETATTR 1", "- GETATTR 1").differs(Reason.FIELDS, "+ GETATTR 2"),
            program("list twice", calls -> {
                calls.list("/d");
                calls.list("/d");
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("list, then stat what was listed", calls -> {
                calls.list("/d");
                calls.fs().stat("/d/g");
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("make, list and remove a directory", calls -> {
                calls.fs().mkdir("/m", 0755);
                assertThat(calls.list("/m")).contains(".", "..");
                calls.fs().rmdir("/m");
                calls.absent("/m");
            }).differs(Reason.ROOT, "- GETATTR 1", "- GETATTR 1", "- GETATTR 1"),
            program("read a symbolic link twice", calls -> {
                calls.fs().readlink("/l");
                calls.fs().readlink("/l");
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("follow a symbolic link twice", calls -> {
                calls.fs().stat("/l");
                calls.fs().stat("/l");
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("make a hard link and stat both", calls -> {
                calls.fs().link("/f", "/h");
                assertThat(calls.fs().stat("/h").nlink()).isEqualTo(2);
                assertThat(calls.fs().stat("/f").nlink()).isEqualTo(2);
            }).differs(Reason.ROOT, "- GETATTR 1", "- GETATTR 1").differs(Reason.FIELDS, "+ GETATTR 2"),
            program("chmod and stat", calls -> {
                calls.fs().chmod("/f", 0600);
                assertThat(calls.fs().stat("/f").mode() & 0777).isEqualTo(0600);
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("set and get an extended attribute", calls -> {
                calls.fs().setxattr("/f", "user.a", new byte[]{1}, 0);
                calls.fs().getxattr("/f", "user.a");
                calls.fs().listxattr("/f");
            }).differs(Reason.ROOT, "- GETATTR 1")
                    .differs(Reason.BUFFERS, "- GETXATTR 2 user.a size=65536", "- LISTXATTR 2 size=65536")
                    .differs(Reason.FIELDS, "+ GETATTR 2")
                    .differs(Reason.BUFFERS, "+ GETXATTR 2 user.a size=1024", "+ LISTXATTR 2 size=1024"),
            program("write and fsync", calls -> {
                try (PosixFile file = calls.fs().open("/f", OpenFlag.WRITE)) {
                    file.write("x".getBytes(UTF_8), 0);
                    file.sync(false);
                }
            }).differs(Reason.ROOT, "- GETATTR 1").differs(Reason.CAPABILITIES,
                    "- GETXATTR 2 security.capability -> ENODATA"),
            program("access", calls -> {
                calls.fs().access("/f", 4);
                calls.fs().access("/f", 4);
            }).differs(Reason.ROOT, "- GETATTR 1"),
            program("statfs twice", calls -> {
                calls.fs().statfs("/");
                calls.fs().statfs("/");
            }));

    /** Files are opened without or with FOPEN_KEEP_CACHE. */
    private static FuseFileSystem files(boolean keepCache) {
        return new FilterFileSystem(new MemoryFileSystem(1 << 20, 100)) {
            @Override public Opened open(Open op) throws IOException, InterruptedException {
                return opened(super.open(op), keepCache);
            }

            @Override public Created create(Create op) throws IOException, InterruptedException {
                Created made = super.create(op);
                return new Created(made.entry(), opened(made.opened(), keepCache));
            }
        };
    }

    private static Opened opened(Opened opened, boolean keepCache) {
        int others = opened.flags() & ~(int) OpenOutFlag.KEEP_CACHE.mask();
        var without = new Opened(opened.handle(), others, opened.descriptor(), opened.backingId());
        return keepCache ? without.keepCache() : without;
    }

    private static void setUp(FuseFileSystem files) throws Exception {
        try (var kernel = UserKernel.connect("mem:", files)) {
            kernel.vfs().writeString("/f", "hello");
            kernel.vfs().mkdir("/d");
            kernel.vfs().writeString("/d/g", "g");
            kernel.vfs().symlink("f", "/l");
        }
    }

    /** One thread, so that requests are answered in their order. */
    private static FuseServer.Builder setUp(FuseServer.Builder server) {
        return server.threads(1).attrTimeout(TIMEOUT).entryTimeout(TIMEOUT);
    }

    private static List<String> byRunningKernel(Program program) throws Exception {
        FuseFileSystem files = files(program.keepCache());
        setUp(files);
        var recorder = new Recorder();
        try (var kernel = RunningKernel.mount(setUp(FuseServer.serve(files).decorateLinks(recorder::decorate)),
                "allow_other", "default_permissions");
                var client = new LibcClient(kernel.path())) {
            recorder.clear();
            program.script().run(new Calls(client, KernelComparisonTest::sleep));
            awaitReleases(recorder);
            return log(recorder);
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(TIMEOUT.plusMillis(50));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Recorder byOurs(Program program, KernelProfile profile) throws Exception {
        FuseFileSystem files = files(program.keepCache());
        setUp(files);
        var recorder = new Recorder();
        var clock = new VirtualClock();
        try (var kernel = UserKernel.serving(files).server(KernelComparisonTest::setUp).recorder(recorder)
                .options(VfsOptions.DEFAULT.withDefaultPermissions(true).withPageCache(PageCacheOptions.AUTO))
                .kernel(profile).clock(clock).connect()) {
            program.script().run(
                    new Calls(new VfsClient(kernel.vfs()), () -> clock.advance(TIMEOUT.plusMillis(50))));
            awaitReleases(recorder);
            return recorder;
        }
    }

    /** Nobody waits for RELEASE. */
    private static void awaitReleases(Recorder recorder) throws InterruptedException {
        for (var pair : Map.of(Opcode.OPEN, Opcode.RELEASE, Opcode.OPENDIR, Opcode.RELEASEDIR).entrySet()) {
            long opens = recorder.count(pair.getKey())
                    + (pair.getKey() == Opcode.OPEN ? recorder.count(Opcode.CREATE) : 0);
            long failed = recorder.requests(Opcode.OPEN, Opcode.OPENDIR, Opcode.CREATE).stream()
                    .filter(request -> request.error() != Errno.OK).count();
            for (int i = 0; i < 1000 && recorder.count(pair.getValue()) < opens - failed; i++) {
                Thread.sleep(2);
            }
        }
    }

    /** The log without what has no part in caching. */
    private static List<String> log(Recorder recorder) {
        return recorder.requests().stream().filter(request -> !NOT_COMPARED.contains(request.opcode()))
                .map(KernelComparisonTest::line).toList();
    }

    private static String line(RecordedRequest request) {
        var text = new StringBuilder(request.opcode().name()).append(' ').append(request.node());
        request.names().forEach(name -> text.append(' ').append(name));
        for (String field : COMPARED) {
            if (request.arguments().getOrDefault(field, 0L) != 0) {
                text.append(' ').append(field).append('=').append(request.argument(field));
            }
        }
        return text.append(request.error() == Errno.OK ? "" : " -> " + request.error()).toString();
    }

    @TestFactory Stream<DynamicTest> bothKernelsSendTheSame() throws IOException {
        assumeTrue(System.getProperty("os.version").startsWith(COMPARED_WITH), "the list is that of Linux 6.18");
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "the list is that of root");
        return PROGRAMS.stream().map(program -> DynamicTest.dynamicTest(program.name(), () -> {
            SideBySide logs = SideBySide.of(byRunningKernel(program), log(byOurs(program, KernelProfile.linux())));
            assertThat(logs.differences()).as("the running kernel and ours:%n%s", logs)
                    .containsExactlyElementsOf(program.differences().stream().map(Difference::line).toList());
        }));
    }

    @TestFactory Stream<DynamicTest> gvisorSendsNothingElse() {
        KernelProfile gvisor = KernelProfile.gvisor();
        return PROGRAMS.stream().map(program -> DynamicTest.dynamicTest(program.name(), () -> {
            Recorder log = byOurs(program, gvisor);
            assertThat(log.opcodes()).contains(Opcode.INIT).allMatch(gvisor::sends);
        }));
    }
}
