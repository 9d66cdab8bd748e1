package org.hexfuse.libc;

import java.util.Locale;

/** System call numbers by architecture. */
enum SystemCallNumbers {
    /** x86-64. */
    X86_64(186, 234, 116, 117, 119, 122, 123, 125, 126),
    /** arm64. */
    AARCH64(178, 131, 159, 147, 149, 151, 152, 90, 91);

    private static final SystemCallNumbers CURRENT = of(System.getProperty("os.arch"));

    private final int gettid;
    private final int tgkill;
    private final int setgroups;
    private final int setresuid;
    private final int setresgid;
    private final int setfsuid;
    private final int setfsgid;
    private final int capget;
    private final int capset;

    SystemCallNumbers(int gettid, int tgkill, int setgroups, int setresuid,
            int setresgid, int setfsuid, int setfsgid, int capget, int capset) {
        this.gettid = gettid;
        this.tgkill = tgkill;
        this.setgroups = setgroups;
        this.setresuid = setresuid;
        this.setresgid = setresgid;
        this.setfsuid = setfsuid;
        this.setfsgid = setfsgid;
        this.capget = capget;
        this.capset = capset;
    }

    /** The architecture of this machine. */
    static SystemCallNumbers current() {
        return CURRENT;
    }

    /**
     * The architecture that the property {@code os.arch} names.
     *
     * @throws UnsupportedOperationException for an architecture without an entry here
     */
    static SystemCallNumbers of(String osArch) {
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default -> throw new UnsupportedOperationException("no system call numbers for '" + osArch + "'");
        };
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

    int setfsuid() {
        return setfsuid;
    }

    int setfsgid() {
        return setfsgid;
    }

    int capget() {
        return capget;
    }

    int capset() {
        return capset;
    }
}
