package org.hexfuse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.FuseException;
import org.hexfuse.server.Attr;
import org.hexfuse.server.DataReply;
import org.hexfuse.server.DirReply;
import org.hexfuse.server.Entry;
import org.hexfuse.server.FuseFileSystem;
import org.hexfuse.server.GetAttr;
import org.hexfuse.server.Lookup;
import org.hexfuse.server.Open;
import org.hexfuse.server.Opened;
import org.hexfuse.server.Read;
import org.hexfuse.server.ReadDir;
import org.hexfuse.server.Session;
import org.hexfuse.vfs.OpenDirectory;
import org.hexfuse.vfs.OpenFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaksTest {
    private static final long FILE = 7;
    private static final long HANDLE = 42;

    /** One file, {@code f}, whose reads block until {@link #readable}. */
    private static final class OneFile implements FuseFileSystem {
        final CountDownLatch reading = new CountDownLatch(1);
        final CountDownLatch readable = new CountDownLatch(1);
        final AtomicBoolean destroyed = new AtomicBoolean();

        @Override public Entry lookup(Lookup op) {
            if (!op.name().is("f")) {
                throw FuseException.of(Errno.ENOENT);
            }
            return Entry.of(FILE, Attr.file(0444, 1));
        }

        @Override public Attr getattr(GetAttr op) {
            return op.node() == ROOT ? Attr.directory(0755) : Attr.file(0444, 1);
        }

        @Override public Opened open(Open op) {
            return Opened.of(HANDLE);
        }

        @Override public void readdir(ReadDir op, DirReply out) {
            out.add("f", FILE, FileType.REGULAR);
        }

        @Override public void read(Read op, DataReply out) throws InterruptedException {
            reading.countDown();
            readable.await();
        }

        @Override public void destroy(Session session) {
            destroyed.set(true);
        }
    }

    private final OneFile files = new OneFile();

    @AfterEach void endReads() {
        files.readable.countDown();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem:", "mem:?inline", "mem:?aliased"}) void aTestThatClosesItsFilesLeaksNothing(
            String address) throws Exception {
        try (var kernel = UserKernel.connect(address, files).failOnLeaks()) {
            kernel.vfs().stat("/f");
            kernel.vfs().list("/");
            try (OpenFile file = kernel.vfs().open("/f")) {
                assertThat(file.stat().size()).isEqualTo(1);
            }
            kernel.assertNothingLeaked();
            kernel.vfs().stat("/f");
        }
    }

    /** Where something leaks, the wait for what is in flight lasts to its end. */
    private UserKernel connect() throws Exception {
        return UserKernel.connect("mem:", files).leakPatience(Duration.ofMillis(300));
    }

    @Test void anOpenFileIsNamedWithItsNodeAndItsHandle() throws Exception {
        UserKernel kernel = connect().failOnLeaks();
        OpenFile leaked = kernel.vfs().open("/f");
        assertThatThrownBy(kernel::close).isInstanceOf(AssertionError.class)
                .hasMessage("the kernel still holds of the filesystem:\nnode 7: file handle 42 is open");
        assertThat(files.destroyed).as("both ends are closed").isTrue();
        assertThatThrownBy(() -> leaked.read(new byte[1], 0)).isInstanceOf(FuseException.class);
    }

    @Test void aHandleThatIsOpenTwiceAndADirectoryAreNamed() throws Exception {
        try (var kernel = connect()) {
            OpenFile one = kernel.vfs().open("/f");
            OpenFile other = kernel.vfs().open("/f");
            OpenDirectory root = kernel.vfs().opendir("/");
            assertThatThrownBy(kernel::assertNothingLeaked).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("node 7: file handle 42 is open 2 times")
                    .hasMessageContaining("node 1: directory handle 0 is open");
            one.close();
            other.close();
            root.close();
            kernel.assertNothingLeaked();
        }
    }

    @Test void aRequestThatIsNotAnsweredIsNamedWithTheStackOfItsHandler() throws Exception {
        try (var kernel = connect()) {
            OpenFile file = kernel.vfs().open("/f");
            Thread reader = Thread.ofPlatform().daemon().start(() -> file.read(new byte[1], 0));
            files.reading.await();
            assertThatThrownBy(kernel::assertNothingLeaked).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("request without a reply: READ of node 7 on ")
                    .hasMessageContaining("OneFile.read(LeaksTest.java");
            files.readable.countDown();
            reader.join();
            file.close();
            kernel.assertNothingLeaked();
        }
    }

    @Test void aLookupThatIsNotForgottenIsNamedWithItsNode() throws Exception {
        try (var kernel = connect()) {
            try (DeviceKernelEnd forgetful = DeviceKernelEnd.connect(kernel.server().address())) {
                assertThat(forgetful.lookup("f")).isEqualTo(Errno.OK);
                assertThat(forgetful.lookup("f")).isEqualTo(Errno.OK);
                assertThatThrownBy(kernel::assertNothingLeaked).isInstanceOf(AssertionError.class)
                        .hasMessageContaining("node 7: lookup count 2 is not forgotten");
            }
            kernel.assertNothingLeaked();
        }
    }

    @Test void withoutTheCheckAnOpenFileIsReleasedWithTheSession() throws Exception {
        UserKernel kernel = connect();
        kernel.vfs().open("/f");
        kernel.close();
        assertThat(files.destroyed).isTrue();
    }

    @Test void closingAgainDoesNotFailAgain() throws Exception {
        UserKernel kernel = connect().failOnLeaks();
        kernel.vfs().open("/f");
        assertThatThrownBy(kernel::close).isInstanceOf(AssertionError.class);
        kernel.close();
    }
}
