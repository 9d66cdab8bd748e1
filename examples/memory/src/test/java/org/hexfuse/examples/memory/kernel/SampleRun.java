package org.hexfuse.examples.memory.kernel;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs a {@link Sample} as JUnit runs any test class, and keeps what it reports. */
final class SampleRun implements TestExecutionListener {
    /**
     * What JUnit reports of an invocation, a method or a class.
     *
     * @param text the failure or the reason, with its stack and what is suppressed; empty if there is none
     */
    record Outcome(String name, TestExecutionResult.Status status, String text) {}

    private final List<Outcome> outcomes = new ArrayList<>();

    private SampleRun() {}

    /** The outcomes of the invocations; and of a method or class that has none since it failed itself. */
    static List<Outcome> of(Class<?> sample) {
        var run = new SampleRun();
        var plain = LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false).build();
        LauncherFactory.create(plain).execute(LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(sample))
                .configurationParameter(Sample.OnlyInSampleRun.KEY, "true").build(), run);
        return run.outcomes;
    }

    @Override public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
            outcomes.add(new Outcome(test.getDisplayName(), result.getStatus(),
                    result.getThrowable().map(SampleRun::print).orElse("")));
        }
    }

    private static String print(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
