package org.hexfuse.examples.memory.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.hexfuse.testkit.junit.KernelTest;
import org.hexfuse.examples.memory.kernel.SampleRun.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.TestExecutionResult.Status;

/** What a {@link KernelTest} reports when it fails, is misused or cannot run. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class KernelTestReportsTest {
    private static final String RUNNING = "the running kernel";

    @AfterEach void closeWhatTheSampleHasLeft() throws Exception {
        for (AutoCloseable left : KernelTestSamples.LEFT) {
            left.close();
        }
        KernelTestSamples.LEFT.clear();
    }

    private static List<Outcome> here(Class<?> sample) {
        return SampleRun.of(sample).stream().filter(outcome -> !outcome.name().contains(RUNNING)).toList();
    }

    /** On the running kernel, or the test is skipped as the sample is. */
    private static Outcome running(Class<?> sample) {
        Outcome outcome = SampleRun.of(sample).stream().filter(each -> each.name().contains(RUNNING)).findFirst()
                .orElseThrow();
        assumeTrue(outcome.status() != Status.ABORTED, outcome::text);
        return outcome;
    }

    private static void isFailure(Outcome outcome, String... texts) {
        assertThat(outcome.status()).as(outcome.text()).isEqualTo(Status.FAILED);
        assertThat(outcome.text()).contains(texts);
    }

    @Test void aFileThatIsLeftOpenFailsTheTestOnEachKernel() {
        List<Outcome> outcomes = here(KernelTestSamples.LeavesAFileOpen.class);
        assertThat(outcomes).extracting(Outcome::name).containsExactly("[1] Linux over mem:", "[2] gVisor over mem:");
        assertThat(outcomes).allSatisfy(outcome -> isFailure(outcome,
                "the kernel still holds of the filesystem:", ": file handle ", " is open"));
    }

    @Test void aFileThatIsLeftOpenFailsTheTestOnTheRunningKernel() {
        isFailure(running(KernelTestSamples.LeavesAFileOpen.class), "the kernel still holds of the filesystem:",
                ": file handle ", " is open");
    }

    @Test void whereLeaksAreAllowedNothingFails() {
        assertThat(SampleRun.of(KernelTestSamples.MayLeaveAFileOpen.class))
                .noneMatch(outcome -> outcome.status() == Status.FAILED);
    }

    @Test void aLookupCountThatIsNotForgottenFailsTheTest() {
        assertThat(here(KernelTestSamples.LeavesALookupCount.class)).singleElement()
                .satisfies(outcome -> isFailure(outcome, "lookup count 1 is not forgotten"));
    }

    @Test void aThreadThatTheFilesystemHasStartedAndNotEndedFailsTheTest() {
        isFailure(running(KernelTestSamples.LeavesAThread.class), "threads that it has started still run:",
                "flusher of a test", "CountDownLatch.await");
    }

    @Test void aFailureOfTheTestIsReportedWithoutItsLeaks() {
        assertThat(SampleRun.of(KernelTestSamples.FailsItself.class)).filteredOn(
                outcome -> outcome.status() != Status.ABORTED).allSatisfy(outcome -> {
                    isFailure(outcome, "of the test");
                    assertThat(outcome.text()).doesNotContain("still holds");
                });
    }

    @Test void aTestThatFailsLeavesNothingMountedAndNoThread() throws IOException {
        running(KernelTestSamples.FailsItself.class);
        Path point = KernelTestSamples.mountPoint;
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(point.toString());
        assertThat(point).doesNotExist();
        await("the threads of the mount end").atMost(Duration.ofSeconds(10))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().contains(point.toString())));
    }

    @Test void theSeedAndTheFaultsArePrintedWithTheFailure() {
        assertThat(here(KernelTestSamples.FailsByAFault.class)).singleElement().satisfies(
                outcome -> isFailure(outcome, "ENOSPC", "Suppressed: ",
                        "seed 42, 1 fault: [FAILURE READ #0 with ENOSPC]"));
    }

    @Test void theyArePrintedAlsoOfAFilesystemThatIsDecorated() {
        assertThat(here(KernelTestSamples.FailsByAFaultBelowAFilter.class)).singleElement()
                .satisfies(outcome -> isFailure(outcome, "seed 43, 1 fault: [FAILURE READ #0 with ENOSPC]"));
    }

    @Test void aFilesystemThatThrowsInInitFailsTheTest() {
        assertThat(here(KernelTestSamples.ThrowsInInit.class)).hasSize(2)
                .allSatisfy(outcome -> isFailure(outcome, "ECONNREFUSED",
                        "Suppressed: java.io.IOException: index: Permission denied"));
    }

    @Test void aFilesystemThatThrowsInInitSkipsNothingWhateverItsMessage() {
        assertThat(SampleRun.of(KernelTestSamples.ThrowsInInit.class)).filteredOn(
                outcome -> outcome.name().contains(RUNNING)).allSatisfy(outcome -> {
                    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no /dev/fuse here");
                    isFailure(outcome, "Permission denied");
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "HasAWrongParameter|No ParameterResolver registered for parameter [java.lang.Runnable",
        "HasParametersOfDifferentKernels|a Path is of the running kernel, a Vfs of another",
        "HasNoFileSystem|has no field and no method with @Served",
        "HasTwoFileSystems|more than one member has @Served",
        "HasAFileSystemThatIsNull|files is no FuseFileSystem but null",
        "HasOptionsThatAreNone|options is no VfsOptions but ",
        "HasNoKernel|has parameters that none of its kernels has: []",
        "HasAnAddressWithoutTransport|no transport for 'nowhere:'"}) void misuseIsReportedWithWhatIsWrong(
                String sample, String message) throws ClassNotFoundException {
        assertThat(SampleRun.of(Class.forName(KernelTestSamples.class.getName() + "$" + sample)))
                .singleElement().satisfies(outcome -> isFailure(outcome, message));
    }

    @Test void otherTestsOfTheClassRunAsUsual() {
        assertThat(SampleRun.of(KernelTestSamples.HasAPlainTestToo.class)).extracting(Outcome::status)
                .containsExactlyInAnyOrder(Status.SUCCESSFUL, Status.FAILED);
    }
}
