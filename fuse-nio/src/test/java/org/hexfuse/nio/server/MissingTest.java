package org.hexfuse.nio.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

import org.hexfuse.abi.Errno;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class MissingTest {
    private final Logger log = mock(Logger.class);
    private final Missing missing = new Missing("zip", log);

    @Test void eachThingIsLoggedOnceAndAnsweredEachTime() {
        for (int i = 0; i < 3; i++) {
            assertThat(missing.unsupported("symbolic links").errno()).isEqualTo(Errno.EOPNOTSUPP);
            assertThat(missing.error(Errno.EROFS, "changes").errno()).isEqualTo(Errno.EROFS);
        }
        verify(log).warn("the provider of {}: has no {}", "zip", "symbolic links: EOPNOTSUPP");
        verify(log).warn("the provider of {}: has no {}", "zip", "changes: EROFS");
        verifyNoMoreInteractions(log);
    }

    @Test void whatSucceedsWithoutItIsLoggedOnceToo() {
        missing.note("owners");
        missing.note("owners");
        verify(log).warn("the provider of {}: has no {}", "zip", "owners");
        verifyNoMoreInteractions(log);
    }
}
