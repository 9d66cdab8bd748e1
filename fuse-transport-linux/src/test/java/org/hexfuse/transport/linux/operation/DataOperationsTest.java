package org.hexfuse.transport.linux.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.posix.OpenFlags;
import org.hexfuse.server.*;
import org.hexfuse.testkit.posix.PosixFile;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** READ, WRITE, FLUSH, FSYNC, LSEEK, FALLOCATE and COPY_FILE_RANGE: from the system call to the typed operation, and back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class DataOperationsTest {
    @ParameterizedTest
    @EnumSource(Kernels.class) void readsAndWritesHaveTheLockOwnerOfTheFlush(Kernels kernel) throws Exception {
        var reader = new AtomicReference<>(OptionalLong.empty());
        var writer = new AtomicReference<>(OptionalLong.empty());
        var flushed = new AtomicReference<>(OptionalLong.empty());
        var recorder = new Recorder() {
            @Override public void read(Read op, DataReply out) {
                record("read", op.node(), op.handle(), op.offset(), op.size(), op.flags() & OpenFlags.ACCMODE);
                reader.set(op.lockOwner());
                out.write(new byte[]{1, 2, 3});
            }

            @Override public int write(Write op) {
                record("write", op.node(), op.handle(), op.offset(), op.size(), op.data().size(), op.fromCache(),
                        op.flags() & OpenFlags.ACCMODE);
                writer.set(op.lockOwner());
                return op.size() - 1;
            }

            @Override public void flush(Flush op) {
                record("flush", op.node(), op.handle());
                flushed.set(OptionalLong.of(op.lockOwner()));
            }
        };
        kernel.run(recorder, client -> {
            PosixFile file = client.open("/f", OpenFlag.READ, OpenFlag.WRITE);
            assertThat(file.read(new byte[10], 5)).isEqualTo(3);
            assertThat(file.write(new byte[20], 7)).isEqualTo(19);
            file.close();
        });
        assertThat(recorder.events).containsExactly("read 2 20 5 10 2", "write 2 20 7 20 20 false 2", "flush 2 20");
        assertThat(flushed.get().getAsLong()).isNotZero();
        assertThat(reader.get()).isEqualTo(flushed.get());
        assertThat(writer.get()).isEqualTo(flushed.get());
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void onlyWhatBypassesThePageCacheHasALockOwner(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public Opened open(Open op) {
                return Opened.of(op.node() * 10);
            }

            @Override public void read(Read op, DataReply out) {
                record("read", op.lockOwner().isPresent());
            }

            @Override public int write(Write op) {
                record("write", op.lockOwner().isPresent());
                return op.size();
            }
        };
        kernel.run(recorder, client -> {
            for (OpenFlag[] flags : new OpenFlag[][]{{OpenFlag.READ, OpenFlag.WRITE},
                {OpenFlag.READ, OpenFlag.WRITE, OpenFlag.DIRECT}}) {
                try (PosixFile file = client.open("/f", flags)) {
                    file.write(new byte[4096], 0);
                    file.read(new byte[4096], 8192);
                }
            }
        });
        assertThat(recorder.events.stream().distinct()).containsExactly("write false", "read false", "write true",
                "read true");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void fsyncSaysWhetherOfDataOnly(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public void fsync(Fsync op) {
                record("fsync", op.node(), op.handle(), op.dataOnly());
                throw refused();
            }
        };
        kernel.run(recorder, client -> {
            try (PosixFile file = client.open("/f")) {
                for (boolean dataOnly : new boolean[]{true, false}) {
                    assertThatThrownBy(() -> file.sync(dataOnly)).isInstanceOfSatisfying(FuseException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EDOM));
                }
            }
        });
        assertThat(recorder.events).containsExactly("fsync 2 20 true", "fsync 2 20 false");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void lseekSeeksDataAndHoles(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public long lseek(Lseek op) {
                record("lseek", op.node(), op.handle(), op.offset(), op.whence());
                return op.offset() + op.whence();
            }
        };
        kernel.run(recorder, client -> {
            try (PosixFile file = client.open("/f")) {
                assertThat(file.seekData(10)).isEqualTo(13);
                assertThat(file.seekHole(20)).isEqualTo(24);
            }
        });
        assertThat(recorder.events).containsExactly("lseek 2 20 10 3", "lseek 2 20 20 4");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void fallocateHasItsModeAndRange(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public void fallocate(Fallocate op) {
                record("fallocate", op.node(), op.handle(), op.mode(), op.offset(), op.length());
                if (op.mode() == 0) {
                    throw FuseException.of(Errno.ENOSPC);
                }
            }
        };
        kernel.run(recorder, client -> {
            try (PosixFile file = client.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                file.fallocate(3, 4096, 8192);
                assertThatThrownBy(() -> file.fallocate(0, 5, 6)).isInstanceOfSatisfying(FuseException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
            }
        });
        assertThat(recorder.events).containsExactly("fallocate 2 20 3 4096 8192", "fallocate 2 20 0 5 6");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void copyFileRangeNamesBothFiles(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public long copyFileRange(CopyFileRange op) {
                record("copy", op.node(), op.handle(), op.offset(), op.targetNode(), op.targetHandle(),
                        op.targetOffset(), op.length(), op.flags());
                return op.length() - 1;
            }
        };
        kernel.run(recorder, client -> {
            try (PosixFile from = client.open("/f"); PosixFile to = client.open("/g", OpenFlag.READ, OpenFlag.WRITE)) {
                assertThat(from.copyFileRange(to, 10, 20, 30)).isEqualTo(29);
            }
        });
        assertThat(recorder.events).containsExactly("copy 2 20 10 3 30 20 30 0");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void aTruncationHasHandleAndLockOwner(Kernels kernel) throws Exception {
        var recorder = new Recorder() {
            @Override public Attr setattr(SetAttr op) {
                record("setattr", op.node(), op.size().getAsLong(), op.handle().isPresent(),
                        op.handle().isEmpty() || op.lockOwner().isPresent(), op.has(SetattrFlag.SIZE),
                        op.mode().isPresent());
                return attr(op.node());
            }
        };
        kernel.run(recorder, client -> {
            client.truncate("/f", 7);
            try (PosixFile file = client.open("/f", OpenFlag.READ, OpenFlag.WRITE)) {
                file.truncate(8);
            }
        });
        assertThat(recorder.events).containsExactly("setattr 2 7 false true true false",
                "setattr 2 8 true true true false");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class) void anOpenThatTruncatesSaysSoAndWhatToClear(Kernels kernel) throws Exception {
        var recorder = new Recorder(InitFlag.ATOMIC_O_TRUNC, InitFlag.HANDLE_KILLPRIV_V2) {
            @Override public Opened open(Open op) {
                record("open", op.node(), (op.flags() & OpenFlags.TRUNC) != 0, op.killSuidgid());
                return super.open(op);
            }

            @Override public int write(Write op) {
                record("write", op.killSuidgid());
                return op.size();
            }
        };
        kernel.run(recorder, client -> {
            var user = client.as(org.hexfuse.vfs.Credentials.of(1001, 1001));
            try (PosixFile file = user.open("/f", OpenFlag.WRITE, OpenFlag.TRUNCATE)) {
                file.write(new byte[5], 0);
            }
            user.open("/f").close();
        });
        assertThat(recorder.events).containsExactly("open 2 true true", "write true", "open 2 false false");
    }
}
