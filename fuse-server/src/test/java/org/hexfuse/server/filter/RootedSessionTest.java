package org.hexfuse.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hexfuse.server.KernelReferences;
import org.hexfuse.server.KernelReferences.OpenHandle;
import org.hexfuse.server.Session;
import org.hexfuse.transport.BackingRegistry;
import org.junit.jupiter.api.Test;

/** A session whose root is node 7. */
class RootedSessionTest {
    private final Session origin = mock(Session.class);
    private final RootedSession rooted = new RootedSession(origin);

    {
        rooted.setRoot(7, 0);
    }

    @Test void backingFilesAreThoseOfTheKernel() {
        var registry = Optional.of(mock(BackingRegistry.class));
        when(origin.backingFiles()).thenReturn(registry);
        assertThat(rooted.backingFiles()).isSameAs(registry);
    }

    @Test void referencesAreThoseOfTheFilesystemsNodes() {
        when(origin.references()).thenReturn(new KernelReferences(Map.of(1L, 2L, 7L, 3L, 9L, 4L),
                List.of(new OpenHandle(1, 5, true, 1), new OpenHandle(9, 6, false, 2)), List.of()));
        KernelReferences references = rooted.references();
        assertThat(references.lookups()).containsExactlyInAnyOrderEntriesOf(Map.of(7L, 5L, 9L, 4L));
        assertThat(references.handles())
                .containsExactly(new OpenHandle(7, 5, true, 1), new OpenHandle(9, 6, false, 2));
    }

    @Test void theLookupOfTheDirectoryIsAReference() {
        when(origin.references()).thenReturn(new KernelReferences(Map.of(), List.of(), List.of()));
        rooted.setRoot(7, 1);
        assertThat(rooted.references().lookups()).containsExactlyInAnyOrderEntriesOf(Map.of(7L, 1L));
    }
}
