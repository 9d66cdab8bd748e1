package org.hexfuse.server;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.hexfuse.abi.FileType;
import org.hexfuse.posix.Timespec;

/**
 * The attributes of a node, as {@code stat(2)} returns them. Immutable. Ids and the mode are unsigned 32-bit numbers.
 *
 * <p>Defaults of the factories and of {@link Builder}: one link, owner and group 0, times 0, as many blocks as the size needs,
 * blocks of 4096 bytes, the node's number as inode number, and the attribute timeout of the mount.
 */
public final class Attr {
    private static final int PERMISSIONS = 07777;
    private static final int SECTOR = 512;
    private static final int SET_GROUP_ID = 02000;

    private final long ino;
    private final long size;
    private final long blocks;
    private final Timespec atime;
    private final Timespec mtime;
    private final Timespec ctime;
    private final int mode;
    private final int nlink;
    private final int uid;
    private final int gid;
    private final int rdev;
    private final int blockSize;
    private final Optional<Timespec> btime;
    private final Optional<Duration> timeout;

    private Attr(Builder b) {
        this.ino = b.ino;
        this.size = b.size;
        this.blocks = b.blocks < 0 ? b.size / SECTOR + (b.size % SECTOR == 0 ? 0 : 1) : b.blocks;
        this.atime = b.atime;
        this.mtime = b.mtime;
        this.ctime = b.ctime;
        this.mode = b.mode;
        this.nlink = b.nlink;
        this.uid = b.uid;
        this.gid = b.gid;
        this.rdev = b.rdev;
        this.blockSize = b.blockSize;
        this.btime = b.btime;
        this.timeout = b.timeout;
    }

    /** A directory with two links, owned by root. */
    public static Attr directory(int permissions) {
        return of(FileType.DIRECTORY, permissions).nlink(2).build();
    }

    /** A regular file of {@code size} bytes, owned by root. */
    public static Attr file(int permissions, long size) {
        return of(FileType.REGULAR, permissions).size(size).build();
    }

    /** A symbolic link whose target has {@code targetLength} bytes, owned by root. */
    public static Attr symlink(long targetLength) {
        return of(FileType.SYMLINK, 0777).size(targetLength).build();
    }

    /** A builder for a file of {@code type}. */
    public static Builder of(FileType type, int permissions) {
        return new Builder(type.mode() | (permissions & PERMISSIONS));
    }

    /** A builder for a file whose {@code mode} has type and permissions. */
    public static Builder ofMode(int mode) {
        return new Builder(mode);
    }

    /**
     * A builder for a node that the caller of {@code op} creates in a directory, as Linux's own filesystems make it: with the caller as
     * owner, all three times now, and the group of a directory with set-group-ID, which a directory inherits with the bit.
     *
     * @param mode file type and permissions; a file without a type is a regular one
     */
    public static Builder ofNew(int mode, Operation<?> op, Attr directory) {
        boolean inherits = (directory.mode & SET_GROUP_ID) != 0;
        int typed = (mode & FileType.MODE_MASK) == 0 ? mode | FileType.REGULAR.mode() : mode;
        boolean isDirectory = FileType.DIRECTORY.is(typed);
        return ofMode(inherits && isDirectory ? typed | SET_GROUP_ID : typed).nlink(isDirectory ? 2 : 1)
                .owner(op.uid(), inherits ? directory.gid : op.gid()).times(Instant.now());
    }

    /** A builder that begins with these attributes. */
    public Builder toBuilder() {
        return new Builder(mode).ino(ino).size(size).blocks(blocks).nlink(nlink).owner(uid, gid).rdev(rdev)
                .blockSize(blockSize).times(atime, mtime, ctime).optional(btime, timeout);
    }

    /** The inode number; 0 stands for the node's number. */
    public long ino() {
        return ino;
    }

    /** The size in bytes. */
    public long size() {
        return size;
    }

    /** The space that the file takes, in units of 512 bytes. */
    public long blocks() {
        return blocks;
    }

    /** The time of last access. */
    public Timespec atime() {
        return atime;
    }

    /** The time of last modification of the content. */
    public Timespec mtime() {
        return mtime;
    }

    /** The time of last change of anything. */
    public Timespec ctime() {
        return ctime;
    }

    /** The time of creation, if it is known. */
    public Optional<Timespec> btime() {
        return btime;
    }

    /** File type and permissions. */
    public int mode() {
        return mode;
    }

    /** The number of hard links. */
    public int nlink() {
        return nlink;
    }

    /** The owner. */
    public int uid() {
        return uid;
    }

    /** The group. */
    public int gid() {
        return gid;
    }

    /** The device number of a device file, as Linux packs it into 32 bits. */
    public int rdev() {
        return rdev;
    }

    /** The best size for I/O, in bytes. */
    public int blockSize() {
        return blockSize;
    }

    /** The attribute timeout: how long a kernel may cache them; empty for that of the mount. */
    public Optional<Duration> timeout() {
        return timeout;
    }

    /** Writes all of them, as in a {@link Handover}. */
    public void save(DataOutput out) throws IOException {
        for (long number : new long[]{ino, size, blocks}) {
            out.writeLong(number);
        }
        for (int number : new int[]{mode, nlink, uid, gid, rdev, blockSize}) {
            out.writeInt(number);
        }
        for (Timespec time : new Timespec[]{atime, mtime, ctime}) {
            save(time, out);
        }
        out.writeBoolean(btime.isPresent());
        if (btime.isPresent()) {
            save(btime.get(), out);
        }
        out.writeBoolean(timeout.isPresent());
        if (timeout.isPresent()) {
            out.writeLong(timeout.get().toSeconds());
            out.writeInt(timeout.get().toNanosPart());
        }
    }

    private static void save(Timespec time, DataOutput out) throws IOException {
        out.writeLong(time.seconds());
        out.writeInt(time.nanos());
    }

    /**
     * Reads what {@link #save} has written.
     *
     * @throws IOException also if these are no attributes
     */
    public static Attr restore(DataInput in) throws IOException {
        try {
            long ino = in.readLong();
            long size = in.readLong();
            long blocks = in.readLong();
            Builder builder = ofMode(in.readInt()).ino(ino).size(size).blocks(blocks).nlink(in.readInt())
                    .owner(in.readInt(), in.readInt()).rdev(in.readInt()).blockSize(in.readInt())
                    .times(time(in), time(in), time(in));
            if (in.readBoolean()) {
                builder.btime(time(in));
            }
            if (in.readBoolean()) {
                builder.timeout(Duration.ofSeconds(in.readLong(), in.readInt()));
            }
            return builder.build();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IOException("no attributes: " + e.getMessage(), e);
        }
    }

    private static Timespec time(DataInput in) throws IOException {
        return new Timespec(in.readLong(), in.readInt());
    }

    @Override public boolean equals(Object other) {
        return other instanceof Attr that && ino == that.ino && size == that.size && blocks == that.blocks
                && atime.equals(that.atime) && mtime.equals(that.mtime) && ctime.equals(that.ctime) && mode == that.mode
                && nlink == that.nlink && uid == that.uid && gid == that.gid && rdev == that.rdev
                && blockSize == that.blockSize && btime.equals(that.btime) && timeout.equals(that.timeout);
    }

    @Override public int hashCode() {
        return Objects.hash(ino, size, mode, nlink, uid, gid, mtime);
    }

    @Override public String toString() {
        return "Attr[ino=" + Long.toUnsignedString(ino) + ", mode=0" + Integer.toOctalString(mode) + ", nlink=" + nlink
                + ", uid=" + Integer.toUnsignedString(uid) + ", gid=" + Integer.toUnsignedString(gid) + ", rdev=" + rdev
                + ", size=" + size + ", blocks=" + blocks + ", blockSize=" + blockSize + ", atime=" + atime + ", mtime="
                + mtime + ", ctime=" + ctime + ", btime=" + btime + ", timeout=" + timeout + "]";
    }

    /** Builds attributes. Not for several threads. Negative sizes, numbers and durations are refused. */
    public static final class Builder {
        private int mode;
        private long ino;
        private long size;
        private long blocks = -1;
        private Timespec atime = Timespec.EPOCH;
        private Timespec mtime = Timespec.EPOCH;
        private Timespec ctime = Timespec.EPOCH;
        private int nlink = 1;
        private int uid;
        private int gid;
        private int rdev;
        private int blockSize = 4096;
        private Optional<Timespec> btime = Optional.empty();
        private Optional<Duration> timeout = Optional.empty();

        private Builder(int mode) {
            this.mode = mode;
        }

        private static long notNegative(long number, String what) {
            if (number < 0) {
                throw new IllegalArgumentException("a negative " + what + ": " + number);
            }
            return number;
        }

        /** File type and permissions. */
        public Builder mode(int bits) {
            this.mode = bits;
            return this;
        }

        /** The inode number that {@code stat(2)} shows; 0 for the node's number. */
        public Builder ino(long number) {
            this.ino = number;
            return this;
        }

        /** The size in bytes. */
        public Builder size(long bytes) {
            this.size = notNegative(bytes, "size");
            return this;
        }

        /** Another size in bytes, and as many blocks as it needs. */
        public Builder resize(long bytes) {
            this.blocks = -1;
            return size(bytes);
        }

        /** The space that the file takes, in units of 512 bytes. */
        public Builder blocks(long sectors) {
            this.blocks = notNegative(sectors, "number of blocks");
            return this;
        }

        /** The number of hard links. */
        public Builder nlink(int count) {
            this.nlink = (int) notNegative(count, "number of links");
            return this;
        }

        /** Owner and group. */
        public Builder owner(int user, int group) {
            this.uid = user;
            this.gid = group;
            return this;
        }

        /** The device number of a device file, as Linux packs it into 32 bits. */
        public Builder rdev(int number) {
            this.rdev = number;
            return this;
        }

        /** What {@code stat(2)} shows as the best size for I/O, in bytes. */
        public Builder blockSize(int bytes) {
            this.blockSize = (int) notNegative(bytes, "block size");
            return this;
        }

        /** The time of last access, of last modification of the content, and of last change of anything. */
        public Builder times(Timespec access, Timespec modification, Timespec change) {
            return atime(access).mtime(modification).ctime(change);
        }

        /** The same. */
        public Builder times(Instant access, Instant modification, Instant change) {
            return times(Timespec.of(access), Timespec.of(modification), Timespec.of(change));
        }

        /** All three times at once. */
        public Builder times(Instant all) {
            return times(all, all, all);
        }

        /** The time of last access. */
        public Builder atime(Timespec time) {
            this.atime = Objects.requireNonNull(time);
            return this;
        }

        /** The time of last modification of the content. */
        public Builder mtime(Timespec time) {
            this.mtime = Objects.requireNonNull(time);
            return this;
        }

        /** The time of last change of anything. */
        public Builder ctime(Timespec time) {
            this.ctime = Objects.requireNonNull(time);
            return this;
        }

        /** The time of creation, which {@code statx(2)} returns; only a reply to {@code getattr} carries it. */
        public Builder btime(Timespec time) {
            this.btime = Optional.of(time);
            return this;
        }

        /** The attribute timeout: how long a kernel may cache them. */
        public Builder timeout(Duration duration) {
            notNegative(duration.toSeconds(), "attribute timeout");
            this.timeout = Optional.of(duration);
            return this;
        }

        private Builder optional(Optional<Timespec> birth, Optional<Duration> valid) {
            this.btime = birth;
            this.timeout = valid;
            return this;
        }

        /** The attributes. */
        public Attr build() {
            return new Attr(this);
        }
    }
}
