package org.hexfuse.server;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.hexfuse.abi.AttrData;
import org.hexfuse.abi.FileType;
import org.hexfuse.abi.StatxData;
import org.hexfuse.abi.SxTime;

/**
 * The attributes of a node: what {@code stat(2)} shows. Immutable. Ids and the mode are unsigned 32-bit numbers.
 *
 * <p>What a factory or {@link Builder} is not told: one link, owner and group 0, times 0, as many blocks as the size needs,
 * blocks of 4096 bytes, and the node's number as inode number.
 */
public final class Attr {
    /** How long kernels keep attributes and entries unless they are told otherwise, as in libfuse: one second. */
    public static final Duration DEFAULT_VALIDITY = Duration.ofSeconds(1);

    private static final int PERMISSIONS = 07777;
    private static final int SECTOR = 512;
    /** In a STATX: everything but the time of birth, and that. */
    private static final int BASIC = 0x7FF;
    private static final int BIRTH = 0x800;

    private final long ino;
    private final long size;
    private final long blocks;
    private final long atime;
    private final long mtime;
    private final long ctime;
    private final int atimeNanos;
    private final int mtimeNanos;
    private final int ctimeNanos;
    private final int mode;
    private final int links;
    private final int uid;
    private final int gid;
    private final int device;
    private final int blockSize;
    private final long validSeconds;
    private final int validNanos;
    private final Optional<Instant> birth;

    private Attr(Builder b) {
        this.ino = b.ino;
        this.size = b.size;
        this.blocks = b.blocks < 0 ? (b.size + SECTOR - 1) / SECTOR : b.blocks;
        this.atime = b.atime;
        this.mtime = b.mtime;
        this.ctime = b.ctime;
        this.atimeNanos = b.atimeNanos;
        this.mtimeNanos = b.mtimeNanos;
        this.ctimeNanos = b.ctimeNanos;
        this.mode = b.mode;
        this.links = b.links;
        this.uid = b.uid;
        this.gid = b.gid;
        this.device = b.device;
        this.blockSize = b.blockSize;
        this.validSeconds = b.validSeconds;
        this.validNanos = b.validNanos;
        this.birth = b.birth;
    }

    /** A directory with two links, owned by root. */
    public static Attr directory(int permissions) {
        return of(FileType.DIRECTORY, permissions).links(2).build();
    }

    /** A regular file of {@code size} bytes, owned by root. */
    public static Attr file(int permissions, long size) {
        return of(FileType.REGULAR, permissions).size(size).build();
    }

    /** A symbolic link whose target has {@code targetLength} bytes, owned by root. */
    public static Attr symlink(long targetLength) {
        return of(FileType.SYMLINK, 0777).size(targetLength).build();
    }

    /** Starts the attributes of a file of {@code type}. */
    public static Builder of(FileType type, int permissions) {
        return new Builder(type.mode() | (permissions & PERMISSIONS));
    }

    /** Starts the attributes of a file whose {@code mode} has type and permissions. */
    public static Builder ofMode(int mode) {
        return new Builder(mode);
    }

    public long ino() {
        return ino;
    }

    public long size() {
        return size;
    }

    /** File type and permissions. */
    public int mode() {
        return mode;
    }

    public int links() {
        return links;
    }

    public int uid() {
        return uid;
    }

    public int gid() {
        return gid;
    }

    public Instant mtime() {
        return Instant.ofEpochSecond(mtime, mtimeNanos);
    }

    /** When the file was made, if that was said. */
    public Optional<Instant> birth() {
        return birth;
    }

    long validSeconds() {
        return validSeconds;
    }

    int validNanos() {
        return validNanos;
    }

    /** Writes {@code struct fuse_attr}, of the size it had in the protocol's minor version. */
    void write(MemorySegment segment, long base, long node, int minor) {
        AttrData.INO.set(segment, base, ino == 0 ? node : ino);
        AttrData.SIZE_FIELD.set(segment, base, size);
        AttrData.BLOCKS.set(segment, base, blocks);
        AttrData.ATIME.set(segment, base, atime);
        AttrData.MTIME.set(segment, base, mtime);
        AttrData.CTIME.set(segment, base, ctime);
        AttrData.ATIMENSEC.set(segment, base, atimeNanos);
        AttrData.MTIMENSEC.set(segment, base, mtimeNanos);
        AttrData.CTIMENSEC.set(segment, base, ctimeNanos);
        AttrData.MODE.set(segment, base, mode);
        AttrData.NLINK.set(segment, base, links);
        AttrData.UID.set(segment, base, uid);
        AttrData.GID.set(segment, base, gid);
        AttrData.RDEV.set(segment, base, device);
        if (minor >= 9) {
            AttrData.BLKSIZE.set(segment, base, blockSize);
            AttrData.FLAGS.set(segment, base, 0);
        }
    }

    /** Writes {@code struct fuse_statx} into zeroed memory. */
    void writeStatx(MemorySegment segment, long base, long node) {
        StatxData.MASK.set(segment, base, BASIC | (birth.isPresent() ? BIRTH : 0));
        StatxData.BLKSIZE.set(segment, base, blockSize);
        StatxData.NLINK.set(segment, base, links);
        StatxData.UID.set(segment, base, uid);
        StatxData.GID.set(segment, base, gid);
        StatxData.MODE.set(segment, base, (short) mode);
        StatxData.INO.set(segment, base, ino == 0 ? node : ino);
        StatxData.SIZE_FIELD.set(segment, base, size);
        StatxData.BLOCKS.set(segment, base, blocks);
        writeTime(segment, base + StatxData.ATIME.offset(), atime, atimeNanos);
        writeTime(segment, base + StatxData.MTIME.offset(), mtime, mtimeNanos);
        writeTime(segment, base + StatxData.CTIME.offset(), ctime, ctimeNanos);
        birth.ifPresent(time -> writeTime(segment, base + StatxData.BTIME.offset(), time.getEpochSecond(),
                time.getNano()));
        StatxData.RDEV_MAJOR.set(segment, base, (device & 0xFFF00) >>> 8);
        StatxData.RDEV_MINOR.set(segment, base, (device & 0xFF) | (device >>> 12 & 0xFFF00));
    }

    private static void writeTime(MemorySegment segment, long base, long seconds, int nanos) {
        SxTime.TV_SEC.set(segment, base, seconds);
        SxTime.TV_NSEC.set(segment, base, nanos);
    }

    /** Collects attributes. Not for several threads. */
    public static final class Builder {
        private final int mode;
        private long ino;
        private long size;
        private long blocks = -1;
        private long atime;
        private long mtime;
        private long ctime;
        private int atimeNanos;
        private int mtimeNanos;
        private int ctimeNanos;
        private int links = 1;
        private int uid;
        private int gid;
        private int device;
        private int blockSize = 4096;
        private long validSeconds = DEFAULT_VALIDITY.getSeconds();
        private int validNanos = DEFAULT_VALIDITY.getNano();
        private Optional<Instant> birth = Optional.empty();

        private Builder(int mode) {
            this.mode = mode;
        }

        /** The inode number that {@code stat(2)} shows; 0 for the node's number. */
        public Builder ino(long number) {
            this.ino = number;
            return this;
        }

        /** The size in bytes. */
        public Builder size(long bytes) {
            this.size = bytes;
            return this;
        }

        /** The space that the file takes, in units of 512 bytes. */
        public Builder blocks(long sectors) {
            this.blocks = sectors;
            return this;
        }

        public Builder links(int count) {
            this.links = count;
            return this;
        }

        public Builder owner(int user, int group) {
            this.uid = user;
            this.gid = group;
            return this;
        }

        /** The device number of a device file, as Linux packs it into 32 bits. */
        public Builder device(int number) {
            this.device = number;
            return this;
        }

        /** What {@code stat(2)} shows as the best size for I/O, in bytes. */
        public Builder blockSize(int bytes) {
            this.blockSize = bytes;
            return this;
        }

        /** The time of last access, of last modification of the content, and of last change of anything. */
        public Builder times(Instant access, Instant modification, Instant change) {
            return atime(access.getEpochSecond(), access.getNano())
                    .mtime(modification.getEpochSecond(), modification.getNano())
                    .ctime(change.getEpochSecond(), change.getNano());
        }

        /** All three times at once. */
        public Builder times(Instant all) {
            return times(all, all, all);
        }

        /** The time of last access, in seconds and nanoseconds since 1970. */
        public Builder atime(long seconds, int nanos) {
            this.atime = seconds;
            this.atimeNanos = nanos;
            return this;
        }

        /** The time of last modification of the content, in seconds and nanoseconds since 1970. */
        public Builder mtime(long seconds, int nanos) {
            this.mtime = seconds;
            this.mtimeNanos = nanos;
            return this;
        }

        /** The time of last change, in seconds and nanoseconds since 1970. */
        public Builder ctime(long seconds, int nanos) {
            this.ctime = seconds;
            this.ctimeNanos = nanos;
            return this;
        }

        /** When the file was made, which {@code statx(2)} shows; only an answer to {@code getattr} brings it there. */
        public Builder birth(Instant time) {
            this.birth = Optional.of(time);
            return this;
        }

        /** How long the kernel may keep the attributes without asking again. */
        public Builder valid(Duration duration) {
            this.validSeconds = duration.getSeconds();
            this.validNanos = duration.getNano();
            return this;
        }

        public Attr build() {
            return new Attr(this);
        }
    }
}
