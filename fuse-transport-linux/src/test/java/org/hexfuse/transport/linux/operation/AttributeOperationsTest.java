package org.hexfuse.transport.linux.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.posix.Timespec;
import org.hexfuse.server.*;
import org.hexfuse.vfs.Timestamp;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** GETATTR, SETATTR and STATX: from the system call to the typed operation, and back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class AttributeOperationsTest {
    private static final Instant PAST = Instant.ofEpochSecond(1_000_000_000, 5);

    @ParameterizedTest
    @EnumSource(Kernels.class) void changesHaveTheirFields(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public Attr setattr(SetAttr op) {
                record("setattr", op.node(), op.mode().isPresent() ? Integer.toOctalString(op.mode().getAsInt()) : "-",
                        op.owner().isPresent() ? op.owner().getAsInt() : "-",
                        op.group().isPresent() ? op.group().getAsInt() : "-", op.has(SetattrFlag.ATIME_NOW),
                        op.has(SetattrFlag.MTIME_NOW), op.mtime().equals(java.util.Optional.of(Timespec.of(PAST))));
                return attr(op.node());
            }
        };
        kernel.run(recorder, client -> {
            client.chmod("/d", 0751);
            client.chown("/d", 12, 13);
            client.utimens("/d", Timestamp.NOW, Timestamp.of(PAST));
        });
        assertThat(recorder.events).containsExactly("setattr 4 40751 - - false false false",
                "setattr 4 - 12 13 false false false", "setattr 4 - - - true false true");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void anOrdinaryStatIsAGetattr(Kernels kernel) throws Exception {
        var mask = new AtomicReference<>(java.util.OptionalInt.empty());
        var recorder = new Recorder() {
            @Override public Entry lookup(Lookup op) {
                return Entry.of(F,
                        Attr.of(org.hexfuse.abi.FileType.REGULAR, 0600).size(9).timeout(java.time.Duration.ZERO)
                                .build(),
                        java.time.Duration.ofHours(1));
            }

            @Override public Attr getattr(GetAttr op) {
                if (op.node() == F) {
                    record("getattr", op.handle().isPresent(), op.synchronization());
                    mask.set(op.mask());
                }
                return attr(op.node());
            }
        };
        kernel.run(recorder, client -> {
            client.stat("/f");
            assertThat(client.stat("/f").size()).isEqualTo(100_000);
        });
        assertThat(recorder.events).contains("getattr false 0");
        assertThat(mask.get()).isEmpty();
    }
}
