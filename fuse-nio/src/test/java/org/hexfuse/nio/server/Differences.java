package org.hexfuse.nio.server;

import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Method;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * The tests of a contract that a provider cannot pass, each with the reason. They run, and are skipped once they have failed; one that
 * passes is no difference, and fails.
 */
final class Differences implements InvocationInterceptor {
    private final Map<String, String> reasons;

    Differences(Map<String, String> reasons) {
        this.reasons = reasons;
    }

    @Override public void interceptTestMethod(Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> test, ExtensionContext context) throws Throwable {
        String reason = reasons.get(test.getExecutable().getName());
        if (reason == null) {
            invocation.proceed();
            return;
        }
        try {
            invocation.proceed();
        } catch (Throwable difference) {
            throw new TestAbortedException(reason, difference);
        }
        fail("passes, where a difference is declared: " + reason);
    }
}
