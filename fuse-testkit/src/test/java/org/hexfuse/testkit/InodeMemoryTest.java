package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a cached file takes of the kernel end's heap, measured in a virtual machine of its own. */
@Timeout(120) class InodeMemoryTest {
    @Test void aCachedInodeWithItsDentryAndAttributesTakesAtMost200BytesAndNothingOnceEvicted() throws Exception {
        ConsumerProcess.Result result = ConsumerProcess.run(InodeMemoryProgram.class, _ -> true, "-XX:+UseSerialGC",
                "-XX:MarkSweepAlwaysCompactCount=1", "-Xmx1g", "-Xms1g");
        assertThat(result.status()).as(result.errors()).isZero();
        String line = result.errors().lines().filter(text -> text.matches("\\d+ -?\\d+ -?\\d+ -?\\d+")).findFirst()
                .orElseThrow(() -> new AssertionError(result.errors()));
        int[] numbers = Arrays.stream(line.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
        System.out.println("Of " + numbers[0] + " cached files each takes " + numbers[1] + " bytes, once it is evicted "
                + numbers[2]);
        assertThat(numbers[0]).isEqualTo(250_251);
        assertThat(numbers[1]).isBetween(100, 200);
        assertThat(numbers[2]).isLessThan(20);
        assertThat(numbers[3]).as("lookups that were not forgotten").isZero();
    }
}
