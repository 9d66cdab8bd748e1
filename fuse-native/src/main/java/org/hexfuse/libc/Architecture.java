package org.hexfuse.libc;

import java.util.Locale;

/** What differs between the kinds of machines that Linux runs on: some open flags, and the numbers of system calls. */
public enum Architecture {
    /** AMD and Intel, 64 bits. */
    X86_64(0x4000, 0x10000, 0x20000, 186, 234, 116, 117, 119),
    /** ARM, 64 bits. */
    AARCH64(0x10000, 0x4000, 0x8000, 178, 131, 159, 147, 149);

    private static final Architecture CURRENT = of(System.getProperty("os.arch"));

    private final int direct;
    private final int directory;
    private final int nofollow;
    private final int gettid;
    private final int tgkill;
    private final int setgroups;
    private final int setresuid;
    private final int setresgid;

    Architecture(int direct, int directory, int nofollow, int gettid, int tgkill, int setgroups, int setresuid,
            int setresgid) {
        this.direct = direct;
        this.directory = directory;
        this.nofollow = nofollow;
        this.gettid = gettid;
        this.tgkill = tgkill;
        this.setgroups = setgroups;
        this.setresuid = setresuid;
        this.setresgid = setresgid;
    }

    /** This machine's. */
    public static Architecture current() {
        return CURRENT;
    }

    /**
     * The architecture that the property {@code os.arch} names.
     *
     * @throws UnsupportedOperationException for a machine whose numbers are not known here
     */
    public static Architecture of(String osArch) {
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default -> throw new UnsupportedOperationException("no system call numbers for '" + osArch + "'");
        };
    }

    /** {@code O_DIRECT}. */
    public int direct() {
        return direct;
    }

    /** {@code O_DIRECTORY}. */
    public int directory() {
        return directory;
    }

    /** {@code O_NOFOLLOW}. */
    public int nofollow() {
        return nofollow;
    }

    /** {@code O_LARGEFILE} as the kernel sees it; the C library of a 64-bit machine has 0 and lets the kernel add it. */
    public int largefile() {
        return this == X86_64 ? 0x8000 : 0x20000;
    }

    int gettid() {
        return gettid;
    }

    int tgkill() {
        return tgkill;
    }

    int setgroups() {
        return setgroups;
    }

    int setresuid() {
        return setresuid;
    }

    int setresgid() {
        return setresgid;
    }
}
