package org.hexfuse.transport.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.transport.Address;

/**
 * The validated options of a mount.
 *
 * @param flags the flags of {@code mount(2)}
 * @param kernel the options of the kernel's FUSE, in the data of {@code mount(2)}
 * @param fsname the source of the mount, as {@code df} and {@code mount} show it
 * @param subtype the part of the type after {@code fuse.}; may be empty
 * @param autoUnmount whether {@code fusermount3} unmounts when this process ends
 * @param uringDepth how many requests each processor has in flight over io_uring; empty without it
 */
record MountOptions(long flags, List<String> kernel, String fsname, String subtype, boolean autoUnmount,
        OptionalInt uringDepth) {
    static final String DEFAULT_NAME = "hexfuse";
    private static final int MOST_URING_DEPTH = 256;
    private static final String IO_URING = "io_uring";
    private static final String IO_URING_DEPTH = "io_uring_depth";

    private static final Map<String, Long> SETTING = Map.of("ro", MountFlags.RDONLY, "nosuid", MountFlags.NOSUID,
            "nodev",
            MountFlags.NODEV, "noexec", MountFlags.NOEXEC, "noatime", MountFlags.NOATIME, "sync",
            MountFlags.SYNCHRONOUS, "dirsync", MountFlags.DIRSYNC);
    private static final Map<String, Long> CLEARING = Map.of("rw", MountFlags.RDONLY, "suid", MountFlags.NOSUID, "dev",
            MountFlags.NODEV, "exec", MountFlags.NOEXEC, "atime", MountFlags.NOATIME, "async",
            MountFlags.SYNCHRONOUS);

    private static final Map<String, Long> OF_FILESYSTEM = Map.of("ro", MountFlags.RDONLY, "sync",
            MountFlags.SYNCHRONOUS, "dirsync", MountFlags.DIRSYNC);
    private static final Map<Long, Long> ATTRIBUTES = Map.of(MountFlags.RDONLY, MountFlags.ATTR_RDONLY,
            MountFlags.NOSUID,
            MountFlags.ATTR_NOSUID, MountFlags.NODEV, MountFlags.ATTR_NODEV, MountFlags.NOEXEC, MountFlags.ATTR_NOEXEC,
            MountFlags.NOATIME, MountFlags.ATTR_NOATIME);

    private static final Set<String> FOR_MOUNT_PROGRAMS = Set.of("", "defaults", "nofail", "auto", "noauto", "user",
            "nouser",
            "users", "owner", "group", "_netdev", "comment");

    MountOptions {
        kernel = List.copyOf(kernel);
    }

    /**
     * Reads the parameters of an address; of two that contradict each other the later one counts.
     *
     * @throws IllegalArgumentException if one is invalid; the message is one line
     */
    static MountOptions of(Address address) {
        long flags = MountFlags.NOSUID | MountFlags.NODEV;
        var kernel = new ArrayList<String>();
        for (var parameter : address.parameters().entrySet()) {
            String key = parameter.getKey();
            switch (key) {
                case "fsname", "subtype" -> name(key, parameter.getValue());
                case "max_read" -> kernel.add(key + "=" + number(key, parameter.getValue()));
                case "blksize" -> throw new IllegalArgumentException(
                        "'blksize' is for filesystems on block devices");
                case "allow_other", "default_permissions" -> {
                    if (address.flag(key)) {
                        kernel.add(key);
                    }
                }
                case "auto_unmount", IO_URING -> address.flag(key);
                case IO_URING_DEPTH -> depth(parameter.getValue());
                default -> {
                    if (isForMountPrograms(key)) {
                        continue;
                    }
                    if (!SETTING.containsKey(key) && !CLEARING.containsKey(key)) {
                        throw new IllegalArgumentException("unknown mount option '" + key
                                + "'");
                    }
                    if (address.flag(key)) {
                        flags = flags | SETTING.getOrDefault(key, 0L);
                        flags = flags & ~CLEARING.getOrDefault(key, 0L);
                    }
                }
            }
        }
        String subtype = address.parameter("subtype").orElse("");
        String fsname = address.parameter("fsname").orElse(subtype.isEmpty() ? DEFAULT_NAME : subtype);
        OptionalInt depth = address.flag(IO_URING)
                ? OptionalInt.of(address.parameter(IO_URING_DEPTH).map(MountOptions::depth).orElse(Uring.DEFAULT_DEPTH))
                : OptionalInt.empty();
        return new MountOptions(flags, kernel, fsname, subtype, address.flag("auto_unmount"), depth);
    }

    /**
     * Options of {@code /etc/fstab} for {@code mount(8)} and systemd, which filesystems ignore. Source: {@code mount(8)},
     * FILESYSTEM-INDEPENDENT MOUNT OPTIONS.
     */
    private static boolean isForMountPrograms(String key) {
        return FOR_MOUNT_PROGRAMS.contains(key) || key.startsWith("x-") || key.startsWith("X-");
    }

    /** The filesystem type for {@code mount(2)}. */
    String type() {
        return subtype.isEmpty() ? "fuse" : "fuse." + subtype;
    }

    /** The options of the kernel's FUSE, {@code key=value} or {@code key} each, for the caller as the owner of the mount. */
    List<String> forKernel(int device, int rootKind, int uid, int gid) {
        var options = new ArrayList<String>();
        options.add("fd=" + device);
        options.add("rootmode=" + Integer.toOctalString(rootKind));
        options.add("user_id=" + Integer.toUnsignedString(uid));
        options.add("group_id=" + Integer.toUnsignedString(gid));
        options.addAll(kernel);
        return options;
    }

    /** The options of the whole filesystem, which {@code fsconfig(2)} sets by name. */
    List<String> ofFilesystem() {
        return OF_FILESYSTEM.entrySet().stream().filter(option -> (flags & option.getValue()) != 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The options of the mount, for {@code fsmount(2)}. */
    long attributes() {
        return ATTRIBUTES.entrySet().stream().filter(flag -> (flags & flag.getKey()) != 0)
                .mapToLong(Map.Entry::getValue)
                .reduce(0, (one, other) -> one | other);
    }

    /** The argument of {@code fusermount3 -o}, with commas escaped by backslashes. */
    String forFusermount() {
        var options = new ArrayList<String>();
        options.add((flags & MountFlags.RDONLY) == 0 ? "rw" : "ro");
        options.add((flags & MountFlags.NOSUID) == 0 ? "suid" : "nosuid");
        options.add((flags & MountFlags.NODEV) == 0 ? "dev" : "nodev");
        SETTING.forEach((option, flag) -> {
            if ((flags & flag) != 0 && !options.contains(option)) {
                options.add(option);
            }
        });
        options.addAll(kernel);
        options.add("fsname=" + escape(fsname));
        if (!subtype.isEmpty()) {
            options.add("subtype=" + escape(subtype));
        }
        if (autoUnmount) {
            options.add("auto_unmount");
        }
        return String.join(",", options);
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace(",", "\\,");
    }

    private static int depth(String value) {
        int depth = value.matches("[0-9]{1,3}") ? Integer.parseInt(value) : 0;
        if (depth < 1 || depth > MOST_URING_DEPTH) {
            throw new IllegalArgumentException("'" + IO_URING_DEPTH + "' needs a number of requests, from 1 to "
                    + MOST_URING_DEPTH + ", and not '" + value + "'");
        }
        return depth;
    }

    private static void name(String key, String value) {
        if (value.isEmpty() || value.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("'" + key + "' needs a name");
        }
    }

    private static long number(String key, String value) {
        if (!value.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("'" + key + "' needs a number of bytes and not '" + value + "'");
        }
        return Long.parseLong(value);
    }
}
