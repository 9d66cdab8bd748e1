package org.hexfuse.nio.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.server.CopyFileRange;
import org.hexfuse.server.FilterFileSystem;
import org.hexfuse.server.Flush;
import org.hexfuse.server.Fsync;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.Operation;
import org.hexfuse.server.Read;
import org.hexfuse.server.Release;
import org.hexfuse.server.Write;
import org.hexfuse.vfs.OpenFlag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the server is sent. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) class RequestsOfAChannelTest {
    private final List<Operation<?>> requests = Collections.synchronizedList(new ArrayList<>());
    private ChannelFixture fixture;

    private final class Recording extends FilterFileSystem {
        Recording(FuseFileSystem delegate) {
            super(delegate);
        }

        @Override protected <O extends Operation<O>> O before(O op) {
            requests.add(op);
            return op;
        }
    }

    @BeforeEach void serve() throws IOException {
        fixture = new ChannelFixture("mem:", new Recording(new MemoryFileSystem(16 << 20, 100)));
    }

    @AfterEach void close() throws IOException {
        fixture.close();
    }

    private long count(Class<? extends Operation<?>> type) {
        return requests.stream().filter(type::isInstance).count();
    }

    @Test void aTransferBetweenFilesOfOneServerIsACopyAtTheServer() throws IOException {
        VfsFileChannel source = fixture.create("/f", "0123456789");
        VfsFileChannel target = fixture.create("/g", "abc");
        requests.clear();
        source.transferTo(0, 10, target);
        target.transferFrom(source, 0, 10);
        assertThat(count(CopyFileRange.class)).isPositive();
        assertThat(count(Read.class)).isZero();
        assertThat(count(Write.class)).isZero();
        assertThat(fixture.vfs.readString("/g")).isEqualTo("0123456789");
    }

    @Test void aWriteOfASynchronousChannelIsFollowedByFsync() throws IOException {
        VfsFileChannel channel = fixture.open("/f", OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.SYNC);
        channel.write(ByteBuffer.allocate(3));
        channel.write(ByteBuffer.allocate(3), 10);
        channel.write(new ByteBuffer[]{ByteBuffer.allocate(3), ByteBuffer.allocate(3)});
        channel.write(ByteBuffer.allocate(0));
        assertThat(count(Fsync.class)).isEqualTo(3);
        fixture.create("/g").write(ByteBuffer.allocate(3));
        assertThat(count(Fsync.class)).isEqualTo(3);
    }

    @Test void aTransferToASynchronousChannelIsFollowedByFsync() throws IOException {
        VfsFileChannel source = fixture.create("/f", "0123456789");
        VfsFileChannel target = fixture.open("/g", OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.SYNC);
        source.transferTo(0, 10, target);
        assertThat(count(Fsync.class)).isEqualTo(1);
    }

    @Test void forceIsFsync() throws IOException {
        VfsFileChannel channel = fixture.create("/f");
        channel.force(true);
        channel.force(false);
        assertThat(count(Fsync.class)).isEqualTo(2);
    }

    @Test void smallBuffersAreGatheredInOneWriteAndScatteredFromOneRead() throws IOException {
        VfsFileChannel channel = fixture.create("/f");
        requests.clear();
        var buffers = new ByteBuffer[100];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = ByteBuffer.allocate(100);
        }
        channel.write(buffers);
        for (ByteBuffer buffer : buffers) {
            buffer.clear();
        }
        channel.position(0).read(buffers);
        assertThat(count(Write.class)).isEqualTo(1);
        assertThat(count(Read.class)).isEqualTo(1);
    }

    @Test void aClosedChannelIsReleasedOnce() throws IOException {
        VfsFileChannel channel = fixture.create("/f");
        channel.close();
        channel.close();
        fixture.kernel.assertNothingLeaked();
        assertThat(count(Flush.class)).isEqualTo(1);
        assertThat(count(Release.class)).isEqualTo(1);
    }
}
