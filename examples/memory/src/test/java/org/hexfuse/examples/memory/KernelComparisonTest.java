package org.hexfuse.examples.memory;

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
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.Opcode;
import org.hexfuse.abi.OpenOutFlag;
import org.hexfuse.device.KernelProfile;
import org.hexfuse.examples.memory.ComparedProgram.Calls;
import org.hexfuse.examples.memory.ComparedProgram.Difference;
import org.hexfuse.examples.memory.ComparedProgram.Serving;
import org.hexfuse.server.Create;
import org.hexfuse.server.Created;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.FuseServer;
import org.hexfuse.server.GetXattr;
import org.hexfuse.server.InitNegotiation;
import org.hexfuse.server.Lseek;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.VirtualClock;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.VfsClient;
import org.hexfuse.testkit.record.RecordedRequest;
import org.hexfuse.testkit.record.Recorder;
import org.hexfuse.testkit.record.SideBySide;
import org.hexfuse.vfs.MountRestrictions;
import org.hexfuse.vfs.PageCacheOptions;
import org.hexfuse.vfs.VfsOptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * The same programs on the running kernel and on ours, and the requests that each sends, side by side. Each difference is listed with
 * its reason; one that does not occur any more fails too.
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

    private static FuseFileSystem files(Set<Serving> serving) {
        boolean keepCache = serving.contains(Serving.KEEP_CACHE);
        return new FilterFileSystem(new MemoryFileSystem(1 << 20, 100)) {
            @Override public void init(InitNegotiation negotiation) throws IOException, InterruptedException {
                super.init(negotiation);
                if (serving.contains(Serving.NO_KILLPRIV)) {
                    negotiation.disable(InitFlag.HANDLE_KILLPRIV_V2);
                }
                if (serving.contains(Serving.WRITEBACK)) {
                    negotiation.enable(InitFlag.WRITEBACK_CACHE);
                }
            }

            @Override public byte[] getxattr(GetXattr op) throws IOException, InterruptedException {
                if (serving.contains(Serving.NO_GETXATTR)) {
                    throw FuseException.of(Errno.ENOSYS);
                }
                return super.getxattr(op);
            }

            @Override public long lseek(Lseek op) throws IOException, InterruptedException {
                if (serving.contains(Serving.NO_LSEEK)) {
                    throw FuseException.of(Errno.ENOSYS);
                }
                return super.lseek(op);
            }

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
            kernel.vfs().mkdir("/d/e");
        }
    }

    /** One thread, so that requests are answered in their order. */
    private static FuseServer.Builder setUp(FuseServer.Builder server) {
        return server.threads(1).attrTimeout(TIMEOUT).entryTimeout(TIMEOUT);
    }

    private static List<String> byRunningKernel(ComparedProgram program) throws Exception {
        FuseFileSystem files = files(program.serving());
        setUp(files);
        var recorder = new Recorder();
        try (var kernel = RunningKernel.mount(setUp(FuseServer.serve(files).decorateLinks(recorder::decorate)),
                mountOptions(program.serving()));
                var client = new LibcClient(kernel.path())) {
            recorder.clear();
            program.script().run(new Calls(client, KernelComparisonTest::sleep));
            awaitReleases(recorder);
            return log(program, recorder);
        }
    }

    private static String[] mountOptions(Set<Serving> serving) {
        var options = new ArrayList<>(List.of("allow_other", "default_permissions"));
        if (serving.contains(Serving.READ_ONLY)) {
            options.add("ro");
        }
        if (serving.contains(Serving.NOATIME)) {
            options.add("noatime");
        }
        return options.toArray(String[]::new);
    }

    private static VfsOptions options(Set<Serving> serving) {
        boolean writesBack = serving.contains(Serving.WRITEBACK);
        return VfsOptions.DEFAULT.withDefaultPermissions(true)
                .withPageCache(writesBack ? PageCacheOptions.WRITEBACK : PageCacheOptions.AUTO)
                .withRestrictions(MountRestrictions.NONE.withReadOnly(serving.contains(Serving.READ_ONLY))
                        .withNoAtime(serving.contains(Serving.NOATIME)));
    }

    private static void sleep() {
        try {
            Thread.sleep(TIMEOUT.plusMillis(50));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Recorder byOurs(ComparedProgram program, KernelProfile profile) throws Exception {
        FuseFileSystem files = files(program.serving());
        setUp(files);
        var recorder = new Recorder();
        var clock = new VirtualClock();
        try (var kernel = UserKernel.serving(files).server(KernelComparisonTest::setUp).recorder(recorder)
                .options(options(program.serving()))
                .kernel(profile).clock(clock).connect()) {
            var calls = new Calls(new VfsClient(kernel.vfs()), () -> clock.advance(TIMEOUT.plusMillis(50)));
            try {
                program.script().run(calls);
            } catch (FuseException e) {
                // A call that gVisor does not have ends the program.
                assertThat(profile).as("%s", e).isNotEqualTo(KernelProfile.linux());
            }
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
    private static List<String> log(ComparedProgram program, Recorder recorder) {
        boolean releasesLater = program.serving().contains(Serving.RELEASED_LATER);
        return recorder.requests().stream().filter(request -> !NOT_COMPARED.contains(request.opcode()))
                .filter(request -> !releasesLater || request.opcode() != Opcode.RELEASEDIR)
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

    private static Stream<ComparedProgram> programs() {
        return Stream.of(ComparedPrograms.ALL, UserPrograms.ALL, WritebackPrograms.ALL).flatMap(List::stream);
    }

    private static void assumeComparable() throws IOException {
        assumeTrue(System.getProperty("os.version").startsWith(COMPARED_WITH), "the list is that of Linux 6.18");
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "the list is that of root");
    }

    @Test void bothKernelsKnowTheBlocksOfAnOpenFileThatWasWrittenOnlyAfterItsClose() throws Exception {
        assumeComparable();
        byRunningKernel(WritebackPrograms.BLOCKS);
        byOurs(WritebackPrograms.BLOCKS, KernelProfile.linux());
    }

    @TestFactory Stream<DynamicTest> bothKernelsSendTheSame() throws IOException {
        assumeComparable();
        return programs().map(program -> DynamicTest.dynamicTest(program.name(), () -> {
            SideBySide logs = SideBySide.of(byRunningKernel(program),
                    log(program, byOurs(program, KernelProfile.linux())));
            assertThat(logs.differences()).as("the running kernel and ours:%n%s", logs)
                    .containsExactlyElementsOf(program.differences().stream().map(Difference::line).toList());
        }));
    }

    @TestFactory Stream<DynamicTest> gvisorSendsNothingElse() {
        KernelProfile gvisor = KernelProfile.gvisor();
        return programs().map(program -> DynamicTest.dynamicTest(program.name(), () -> {
            Recorder log = byOurs(program, gvisor);
            assertThat(log.opcodes()).contains(Opcode.INIT).allMatch(gvisor::sends);
            assertThat(log.requests(Opcode.GETXATTR)).as("what Linux asks before a change")
                    .noneMatch(request -> request.names().contains("security.capability"));
        }));
    }
}
