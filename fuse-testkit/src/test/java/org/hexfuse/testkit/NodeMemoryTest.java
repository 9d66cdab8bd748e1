package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a looked up node takes of the heap, measured in a virtual machine of its own. */
@Timeout(120) class NodeMemoryTest {
    /** What an author's object with one field would take without the framework's superclass. */
    private static final int AUTHORS = 16;

    private static int[] measure(String api, String... options) throws Exception {
        ConsumerProcess.Result result = ConsumerProcess.run(NodeMemoryProgram.class, _ -> true, options);
        assertThat(result.status()).as(result.errors()).isZero();
        String[] numbers = result.errors().lines().filter(line -> line.matches("-?\\d+ -?\\d+")).findFirst()
                .orElseThrow(() -> new AssertionError(result.errors())).split(" ", -1);
        System.out.println(
                "A node of the " + api + " API takes " + numbers[0] + " bytes, once it is forgotten " + numbers[1]);
        return new int[]{Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1])};
    }

    @Test void aNodeAndItsNameTakeLessThan150BytesBesideTheAuthorsObjectAndNothingOnceForgotten() throws Exception {
        int[] bytes = measure("tree", "-XX:+UseSerialGC", "-XX:MarkSweepAlwaysCompactCount=1", "-Xmx256m", "-Xms256m");
        assertThat(bytes[0]).isBetween(100, 150 + AUTHORS);
        assertThat(bytes[1]).isLessThan(3);
    }

    @Test void aNodeOfAPathTakesLittleMore() throws Exception {
        int[] bytes = measure("path", "-XX:+UseSerialGC", "-XX:MarkSweepAlwaysCompactCount=1", "-Xmx256m", "-Xms256m",
                "-Dpaths=true");
        assertThat(bytes[0]).isBetween(100, 200);
        assertThat(bytes[1]).isLessThan(3);
    }
}
