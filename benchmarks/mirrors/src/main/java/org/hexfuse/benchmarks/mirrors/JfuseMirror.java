package org.hexfuse.benchmarks.mirrors;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.hexfuse.benchmarks.mirrors.MirroredDirectory.answer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.cryptomator.jfuse.api.DirFiller;
import org.cryptomator.jfuse.api.Errno;
import org.cryptomator.jfuse.api.FileInfo;
import org.cryptomator.jfuse.api.Fuse;
import org.cryptomator.jfuse.api.FuseBuilder;
import org.cryptomator.jfuse.api.FuseMountFailedException;
import org.cryptomator.jfuse.api.FuseOperations;
import org.cryptomator.jfuse.api.Stat;
import org.cryptomator.jfuse.api.Statvfs;
import org.cryptomator.jfuse.api.TimeSpec;

/**
 * A mirror of a directory by jfuse, which calls libfuse 3 by the FFM API. Files and attributes are java.nio's.
 *
 * <p>Links, device nodes and extended attributes are not served, nor are the numbers of blocks, which jfuse has no field for; readdir
 * names entries without their types, since java.nio does.
 */
public final class JfuseMirror implements FuseOperations {
    private static final String ATTRIBUTES = "unix:mode,nlink,uid,gid,size,lastAccessTime,lastModifiedTime,ctime";
    private static final int LONGEST_NAME = 255;

    private final MirroredDirectory directory;
    private final Errno errno;

    private JfuseMirror(MirroredDirectory directory, Errno errno) {
        this.directory = directory;
        this.errno = errno;
    }

    /**
     * Mounts, and serves until the process is terminated: jfuse says nothing of an unmount by others.
     *
     * @param arguments the directory, the mountpoint, options of libfuse
     */
    public static void main(String[] arguments) throws IOException, FuseMountFailedException, InterruptedException {
        FuseBuilder builder = Fuse.builder();
        Fuse fuse = builder.build(new JfuseMirror(new MirroredDirectory(Path.of(arguments[0])), builder.errno()));
        fuse.mount("jfuse", Path.of(arguments[1]), Arrays.copyOfRange(arguments, 2, arguments.length));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                fuse.close();
            } catch (TimeoutException e) {
                System.err.println(e.getMessage());
            }
        }));
        Thread.currentThread().join();
    }

    @Override public Errno errno() {
        return errno;
    }

    @Override public Set<Operation> supportedOperations() {
        return EnumSet.of(Operation.INIT, Operation.GET_ATTR, Operation.READ_DIR, Operation.OPEN, Operation.CREATE,
                Operation.READ,
                Operation.WRITE, Operation.RELEASE, Operation.UNLINK, Operation.MKDIR, Operation.RMDIR,
                Operation.RENAME,
                Operation.TRUNCATE, Operation.CHMOD, Operation.CHOWN, Operation.UTIMENS, Operation.STATFS);
    }

    @Override public int getattr(String path, Stat stat, FileInfo file) {
        return answer(() -> {
            Map<String, Object> attributes = Files.readAttributes(directory.at(path), ATTRIBUTES, NOFOLLOW_LINKS);
            stat.setMode((int) attributes.get("mode"));
            stat.setNLink(((Integer) attributes.get("nlink")).shortValue());
            stat.setUid((int) attributes.get("uid"));
            stat.setGid((int) attributes.get("gid"));
            stat.setSize((long) attributes.get("size"));
            stat.aTime().set(((FileTime) attributes.get("lastAccessTime")).toInstant());
            stat.mTime().set(((FileTime) attributes.get("lastModifiedTime")).toInstant());
            stat.cTime().set(((FileTime) attributes.get("ctime")).toInstant());
            return 0;
        });
    }

    @Override public int readdir(String path, DirFiller filler, long offset, FileInfo file, int flags) {
        return answer(() -> {
            for (String name : directory.list(path)) {
                filler.fill(name);
            }
            return 0;
        });
    }

    @Override public int open(String path, FileInfo file) {
        return create(path, 0, file);
    }

    @Override public int create(String path, int mode, FileInfo file) {
        return answer(() -> {
            file.setFh(directory.open(path, file.getFlags(), mode));
            return 0;
        });
    }

    @Override public int read(String path, ByteBuffer buffer, long count, long offset, FileInfo file) {
        return answer(() -> directory.read(file.getFh(), buffer, offset));
    }

    @Override public int write(String path, ByteBuffer buffer, long count, long offset, FileInfo file) {
        return answer(() -> directory.write(file.getFh(), buffer, offset));
    }

    @Override public int release(String path, FileInfo file) {
        return answer(() -> directory.release(file.getFh()));
    }

    @Override public int unlink(String path) {
        return answer(() -> directory.remove(path));
    }

    @Override public int mkdir(String path, int mode) {
        return answer(() -> directory.makeDirectory(path, mode));
    }

    @Override public int rmdir(String path) {
        return answer(() -> directory.remove(path));
    }

    @Override public int rename(String from, String to, int flags) {
        return flags != 0 ? -errno.einval() : answer(() -> directory.rename(from, to));
    }

    @Override public int truncate(String path, long size, FileInfo file) {
        return answer(() -> directory.truncate(path, size));
    }

    @Override public int chmod(String path, int mode, FileInfo file) {
        return answer(() -> directory.changeMode(path, mode));
    }

    @Override public int chown(String path, int uid, int gid, FileInfo file) {
        return answer(() -> directory.changeOwner(path, uid, gid));
    }

    @Override public int utimens(String path, TimeSpec accessed, TimeSpec modified, FileInfo file) {
        return answer(() -> directory.changeTimes(path, accessed.getOptional(), modified.getOptional()));
    }

    @Override public int statfs(String path, Statvfs statvfs) {
        return answer(() -> {
            FileStore store = directory.store();
            long block = store.getBlockSize();
            statvfs.setBsize(block);
            statvfs.setFrsize(block);
            statvfs.setBlocks(store.getTotalSpace() / block);
            statvfs.setBfree(store.getUnallocatedSpace() / block);
            statvfs.setBavail(store.getUsableSpace() / block);
            statvfs.setNameMax(LONGEST_NAME);
            return 0;
        });
    }
}
