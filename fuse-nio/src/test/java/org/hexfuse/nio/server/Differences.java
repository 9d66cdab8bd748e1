package org.hexfuse.nio.server;

import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.hexfuse.abi.FuseException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * The tests of a contract that a provider cannot pass, each with the reason. They run, and are skipped once they have failed; one that
 * passes is no difference, and fails, unless it depends on chance.
 */
final class Differences implements InvocationInterceptor {
    private final Map<String, String> reasons = new HashMap<>();
    private final Set<String> byChance = new HashSet<>();

    /** Tests that fail, for one reason. */
    Differences because(String reason, String... tests) {
        for (String test : tests) {
            reasons.put(test, reason);
        }
        return this;
    }

    /** Tests that may fail, for one reason. */
    Differences sometimes(String reason, String... tests) {
        byChance.addAll(Set.of(tests));
        return because(reason, tests);
    }

    @Override public void interceptTestMethod(Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> test, ExtensionContext context) throws Throwable {
        String name = test.getExecutable().getName();
        String reason = reasons.get(name);
        if (reason == null) {
            invocation.proceed();
            return;
        }
        try {
            invocation.proceed();
        } catch (TestAbortedException lacking) {
            throw lacking;
        } catch (Throwable difference) {
            throw new TestAbortedException("the provider differs: " + reason, difference);
        }
        if (!byChance.contains(name)) {
            fail("passes, where a difference is declared: " + reason);
        }
    }

    /** What such a test has left, such as a directory of another user, may stay. */
    @Override public void interceptAfterEachMethod(Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
        try {
            invocation.proceed();
        } catch (FuseException e) {
            if (!reasons.containsKey(context.getRequiredTestMethod().getName())) {
                throw e;
            }
        }
    }
}
