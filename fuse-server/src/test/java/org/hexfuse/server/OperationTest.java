package org.hexfuse.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.hexfuse.abi.Caller;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.InitFlag;
import org.hexfuse.abi.IoctlFlag;
import org.hexfuse.abi.Name;
import org.hexfuse.abi.SetattrFlag;
import org.hexfuse.abi.SetxattrFlag;
import org.hexfuse.posix.LockRange;
import org.hexfuse.posix.LockType;
import org.hexfuse.posix.Timespec;
import org.hexfuse.transport.Segments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations that are made by hand and from one another. */
class OperationTest {
    private static final Name A = Name.of("a");
    private static final Name B = Name.of("b");
    private static final Caller ANNA = new Caller(1000, 100, 42);

    static Stream<Operation<?>> all() {
        return Stream.of(Access.of(7, 5), Bmap.of(7, 8, 512), CopyFileRange.of(7, 1, 8, 2, 3, 4),
                Create.of(7, A, 2, 0100644), Fallocate.of(7, 1, 2, 3, 4), Flush.of(7, 1, 2), Forget.of(7, 3),
                Fsync.of(7, 1, true), FsyncDir.of(7, 1, true), GetAttr.of(7), GetXattr.of(7, A),
                Ioctl.of(7, 1, 2, 3, new byte[4], 5), Link.of(7, A, 8), ListXattr.of(7),
                Lock.of(7, 1, 2, LockRange.of(LockType.READ, 1, 2)), Lookup.of(7, A), Lseek.of(7, 1, 2, 3),
                MkDir.of(7, A, 0755), MkNod.of(7, A, 0100644, 0), Open.of(7, 1), OpenDir.of(7), Poll.of(7, 1, 2),
                Read.of(7, 1, 2, 3), ReadDir.of(7, 1), ReadLink.of(7), Release.of(7, 1), ReleaseDir.of(7, 1),
                RemoveXattr.of(7, A), Rename.of(7, A, 8, B), RmDir.of(7, A), SetAttr.of(7),
                SetXattr.of(7, A, new byte[2], 0), StatFs.of(7), SymLink.of(7, A, B), SyncFs.of(7),
                TmpFile.of(7, 1, 0644), Unlink.of(7, A), Write.of(7, 1, 2, new byte[3]));
    }

    private static byte[] bytes(Segments segments) {
        byte[] bytes = new byte[(int) segments.size()];
        segments.copyTo(0, bytes, 0, bytes.length);
        return bytes;
    }

    @Test void eachKindCanBeMade() {
        assertThat(all().flatMap(op -> Arrays.stream(op.getClass().getInterfaces())))
                .containsExactlyInAnyOrder(Operation.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("all") void comesFromRootByDefault(Operation<?> op) {
        assertThat(op.node()).isEqualTo(7);
        assertThat(op.caller()).isEqualTo(new Caller(0, 0, 0));
        assertThat(op.unique()).isZero();
        assertThat(op.interrupted()).isFalse();
        assertThat(op.supplementaryGroups()).isEmpty();
        assertThat(op.securityContexts()).isEmpty();
        assertThat(op.session().notifier().incrementEpoch()).isEqualTo(Errno.ENOTCONN);
        assertThat(op).asString().isEqualTo(op.getClass().getInterfaces()[0].getSimpleName()
                + "[node=7, uid=0, gid=0, pid=0]");
    }

    @ParameterizedTest
    @MethodSource("all") void isTheSameKindWithAnotherContext(Operation<?> op) {
        rewrite(op);
    }

    private static <O extends Operation<O>> void rewrite(Operation<O> op) {
        var interrupted = new AtomicBoolean();
        Session session = Session.detached(InitFlag.ASYNC_READ);
        O other = op.withCaller(ANNA, 5, 6).withNode(9).withSession(session).withInterrupted(interrupted::get);
        assertThat(other.getClass()).isEqualTo(op.getClass());
        assertThat(other.node()).isEqualTo(9);
        assertThat(other.caller()).isEqualTo(ANNA);
        assertThat(other.supplementaryGroups()).containsExactly(5, 6);
        assertThat(other.session()).isSameAs(session);
        assertThat(other.session().has(InitFlag.ASYNC_READ)).isTrue();
        assertThat(other.interrupted()).isFalse();
        interrupted.set(true);
        assertThat(other.interrupted()).isTrue();
        assertThat(op.node()).as("the first is as it was").isEqualTo(7);
        assertThat(op.caller()).isEqualTo(new Caller(0, 0, 0));
    }

    @Test void namesAreReplacedOneByOne() {
        assertThat(Lookup.of(7, A).withName(B).name()).isEqualTo(B);
        assertThat(Create.of(7, A, 2, 0644).withName(B).mode()).isEqualTo(0644);
        Rename rename = Rename.of(7, A, 8, B).withFlags(Rename.EXCHANGE);
        assertThat(rename.withName(B).targetName()).isEqualTo(B);
        assertThat(rename.withName(B).name()).isEqualTo(B);
        assertThat(rename.withTarget(9, A).name()).isEqualTo(A);
        assertThat(rename.withTarget(9, A).targetName()).isEqualTo(A);
        assertThat(rename.withTarget(9, A).targetDirectory()).isEqualTo(9);
        assertThat(rename.withTarget(9, A).flags()).isEqualTo(Rename.EXCHANGE);
        SymLink link = SymLink.of(7, A, B);
        assertThat(link.withName(Name.of("c")).target()).isEqualTo(B);
        assertThat(link.withTarget(Name.of("c")).name()).isEqualTo(A);
        assertThat(Link.of(7, A, 8).withTarget(9).name()).isEqualTo(A);
    }

    @Test void fieldsAreReplacedOneByOne() {
        Read read = Read.of(7, 1, 2, 3).withFlags(4).withHandle(11);
        assertThat(List.of(read.handle(), read.offset(), (long) read.size(), (long) read.flags()))
                .containsExactly(11L, 2L, 3L, 4L);
        assertThat(read.withRange(20, 30).size()).isEqualTo(30);
        Write write = Write.of(7, 1, 2, "abc".getBytes(UTF_8)).withOffset(20).withHandle(11);
        assertThat(write.size()).isEqualTo(3);
        assertThat(bytes(write.data())).asString(UTF_8).isEqualTo("abc");
        assertThat(bytes(write.withData("defg".getBytes(UTF_8)).data())).asString(UTF_8).isEqualTo("defg");
        assertThat(write.withData("defg".getBytes(UTF_8)).size()).isEqualTo(4);
        assertThat(write.fromCache()).isFalse();
        CopyFileRange copy = CopyFileRange.of(7, 1, 8, 2, 3, 4).withRange(5, 6).withTarget(9, 10, 11);
        assertThat(List.of(copy.handle(), copy.offset(), copy.length(), copy.targetNode(), copy.targetHandle(),
                copy.targetOffset())).containsExactly(1L, 5L, 6L, 9L, 10L, 11L);
        Release release = Release.of(7, 1).withLockOwner(5, true).withFlags(2);
        assertThat(release.flockUnlock()).isTrue();
        assertThat(release.lockOwner()).isEqualTo(5);
        assertThat(release.handle()).isEqualTo(1);
    }

    @Test void attributesAreSetAndLeft() {
        assertThat(SetAttr.of(7).mode()).isEmpty();
        assertThat(SetAttr.of(7).handle()).isEmpty();
        SetAttr set = SetAttr.of(7).withMode(0600).withOwner(5).withGroup(6).withSize(7).withHandle(8)
                .withAtime(new Timespec(1, 2)).withMtime(new Timespec(3, 4)).withCtime(new Timespec(5, 6));
        assertThat(set.mode()).hasValue(0600);
        assertThat(set.owner()).hasValue(5);
        assertThat(set.group()).hasValue(6);
        assertThat(set.size()).hasValue(7);
        assertThat(set.handle()).hasValue(8);
        assertThat(set.atime()).hasValue(new Timespec(1, 2));
        assertThat(set.mtime()).hasValue(new Timespec(3, 4));
        assertThat(set.ctime()).hasValue(new Timespec(5, 6));
        assertThat(set.without(SetattrFlag.UID).owner()).isEmpty();
        assertThat(set.without(SetattrFlag.UID).group()).hasValue(6);
        assertThat(GetAttr.of(7).handle()).isEmpty();
        assertThat(GetAttr.of(7).withHandle(8).handle()).hasValue(8);
    }

    @Test void anExtendedAttributeHasItsValue() {
        SetXattr set = SetXattr.of(7, A, new byte[]{1, 2, 3}, 2);
        assertThat(set.name()).isEqualTo(A);
        assertThat(set.value()).containsExactly(1, 2, 3);
        assertThat(set.flags()).isEqualTo(2);
        assertThat(set.withValue(B, new byte[]{9}).value()).containsExactly(9);
        assertThat(set.withValue(B, new byte[]{9}).name()).isEqualTo(B);
        assertThat(set.has(SetxattrFlag.ACL_KILL_SGID)).isFalse();
    }

    @Test void aLockKeepsItsRange() {
        LockRange range = LockRange.of(LockType.WRITE, 3, 9).withPid(5);
        Lock lock = Lock.of(7, 1, 2, range);
        assertThat(lock.range()).isEqualTo(range);
        assertThat(lock.waits()).isFalse();
        assertThat(lock.withWaits(true).waits()).isTrue();
        assertThat(lock.withFlock(true).isFlock()).isTrue();
        assertThat(lock.withOwner(8).withHandle(9).owner()).isEqualTo(8);
    }

    @Test void aPollHasTheWakeupThatItWasGiven() {
        PollWakeup wakeup = () -> Errno.OK;
        assertThat(Poll.of(7, 1, 2).wakeup()).isEmpty();
        assertThat(Poll.of(7, 1, 2).withWakeup(wakeup).wakeup()).containsSame(wakeup);
        assertThat(Poll.of(7, 1, 2).withWakeup(wakeup).withEvents(5).wakeup()).containsSame(wakeup);
    }

    @Test void anIoctlHasInputAndRoom() {
        Ioctl ioctl = Ioctl.of(7, 1, 2, 3, new byte[]{4, 5}, 6).withFlags(Set.of(IoctlFlag.DIR));
        assertThat(bytes(ioctl.data())).containsExactly(4, 5);
        assertThat(ioctl.room()).isEqualTo(6);
        assertThat(ioctl.onDirectory()).isTrue();
        assertThat(ioctl.withCommand(8, 9).command()).isEqualTo(8);
    }

    @Test void aReplyTakesDataInEachForm() {
        byte[] target = new byte[12];
        DataReply out = DataReply.into(target);
        out.write(new byte[]{1, 2});
        out.write(new byte[]{0, 3, 0}, 1, 1);
        out.write(java.nio.ByteBuffer.wrap(new byte[]{4, 5}));
        out.write(java.lang.foreign.MemorySegment.ofArray(new byte[]{0, 6}), 1, 1);
        out.writeSlice(new byte[]{0, 0, 7, 8}, 2);
        out.writeZeros(1);
        out.memory().segment(0).set(java.lang.foreign.ValueLayout.JAVA_BYTE, out.written(), (byte) 9);
        out.advance(1);
        assertThat(out.written()).isEqualTo(10);
        assertThat(out.room()).isEqualTo(2);
        assertThat(target).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 0, 0);
        assertThatThrownBy(() -> out.write(new byte[3])).isInstanceOf(IndexOutOfBoundsException.class);
        out.writeSlice(new byte[100], 50);
        assertThat(out.room()).isZero();
        out.writeSlice(new byte[100], 1000);
    }
}
