package org.hexfuse.vfs;

/**
 * What one mount forbids, whatever the filesystem allows. Each mount of a filesystem has its own, see {@link Vfs#bind}.
 *
 * @param readOnly whether changes fail with EROFS (mount option {@code ro})
 * @param noExec whether executing a regular file, and {@code access(2)} with X_OK, fail with EACCES (MS_NOEXEC)
 * @param noSuid whether set-user-id and set-group-id have no effect on {@link Vfs#executed} (MS_NOSUID)
 * @param noAtime whether the mount is shown as one whose reads leave atime as it is (MS_NOATIME). As on Linux no request differs with
 *        it, nor with relatime, nodiratime or strictatime, which so need no option: the server sets atime. A read only makes the cached
 *        atime invalid, unless the whole filesystem is read-only ({@link VfsOptions#withReadOnly})
 * @param fileSizeLimit the largest size of a file that calls of this mount may extend it to, in bytes (the limit RLIMIT_FSIZE of the
 *        process): a write ends there, and from there on it is EFBIG; {@link #UNLIMITED} for none
 */
public record MountRestrictions(boolean readOnly, boolean noExec, boolean noSuid, boolean noAtime, long fileSizeLimit) {
    /** No limit of the size of files (RLIM_INFINITY). */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** A mount that forbids nothing. */
    public static final MountRestrictions NONE = new MountRestrictions(false, false, false, false, UNLIMITED);

    /** Checks the limit. */
    public MountRestrictions {
        if (fileSizeLimit < 0) {
            throw new IllegalArgumentException("files of at most " + fileSizeLimit + " bytes");
        }
    }

    /** The same, read-only or not. */
    public MountRestrictions withReadOnly(boolean on) {
        return new MountRestrictions(on, noExec, noSuid, noAtime, fileSizeLimit);
    }

    /** The same with or without {@code noexec}. */
    public MountRestrictions withNoExec(boolean on) {
        return new MountRestrictions(readOnly, on, noSuid, noAtime, fileSizeLimit);
    }

    /** The same with or without {@code nosuid}. */
    public MountRestrictions withNoSuid(boolean on) {
        return new MountRestrictions(readOnly, noExec, on, noAtime, fileSizeLimit);
    }

    /** The same with or without {@code noatime}. */
    public MountRestrictions withNoAtime(boolean on) {
        return new MountRestrictions(readOnly, noExec, noSuid, on, fileSizeLimit);
    }

    /** The same with another limit of the size of files, in bytes. */
    public MountRestrictions withFileSizeLimit(long bytes) {
        return new MountRestrictions(readOnly, noExec, noSuid, noAtime, bytes);
    }
}
