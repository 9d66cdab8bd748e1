package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Thousands of requests that wait at once, in a JVM with a small heap: as many as {@code max_inflight}, half of the heap by default,
 * admits, and the others are refused. The direct memory is mostly for the kernel end, with 9 KiB for each caller.
 */
@Timeout(120) class SmallHeapTest {
    private static String run(String heap, String kind, String count) throws Exception {
        ConsumerProcess.Result result = ConsumerProcess.run(SmallHeapProgram.class, _ -> true,
                new String[]{kind, count}, heap,
                "-XX:MaxDirectMemorySize=256m");
        assertThat(result.status()).as(result.errors()).isZero();
        assertThat(result.errors()).contains("getattr errors []").doesNotContain("OutOfMemoryError");
        return result.errors();
    }

    /** The number of an outcome in a line of the output; 0 if it is not there. */
    private static int number(String output, String line, String outcome) {
        Matcher found = Pattern.compile("^" + line + " .*\\b" + outcome + "=(\\d+)", Pattern.MULTILINE).matcher(output);
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    /** More may be refused: a flood starts more workers, each of which takes 2 MiB of the session's 64. */
    @Test void eightThousandLateRepliesFitIn256MiB() throws Exception {
        assertThat(run("-Xmx256m", "late", "8000")).contains("refused {}\n", "ended {OK=8000}\n");
    }

    @Test void moreLateRepliesThan64MiBAdmitAreENOMEM() throws Exception {
        String output = run("-Xmx64m", "late", "10000");
        int refused = number(output, "refused", "ENOMEM");
        assertThat(refused).isBetween(1, 9000);
        assertThat(output).contains("ended {OK=" + (10_000 - refused) + ", ENOMEM=" + refused + "}\n");
    }

    @Test void fifteenThousandWaitingLocksEndByTheUnlockOrAreENOLCK() throws Exception {
        String output = run("-Xmx256m", "locks", "15000");
        int refused = number(output, "refused", "ENOLCK");
        assertThat(refused).isLessThan(5000);
        assertThat(output).contains("unlock OK\n");
        assertThat(number(output, "ended", "OK")).isEqualTo(15_000 - refused);
        assertThat(number(output, "ended", "ENOLCK")).isEqualTo(refused);
    }
}
