package org.hexfuse.posix;

import java.util.Locale;

/**
 * The open flags that have other numbers on some of the machines that Linux runs on.
 *
 * <p>Source: Linux {@code include/uapi/asm-generic/fcntl.h}, {@code arch/x86} and {@code arch/arm64}
 * {@code include/uapi/asm/fcntl.h}.
 */
enum OpenFlagNumbers {
    /** AMD and Intel, and every machine with the numbers of asm-generic. */
    GENERIC(0x4000, 0x10000, 0x20000, 0x8000),
    /** ARM, 64 and 32 bits. */
    ARM(0x10000, 0x4000, 0x8000, 0x20000);

    final int direct;
    final int directory;
    final int nofollow;
    final int largefile;

    OpenFlagNumbers(int direct, int directory, int nofollow, int largefile) {
        this.direct = direct;
        this.directory = directory;
        this.nofollow = nofollow;
        this.largefile = largefile;
    }

    /** This machine's. */
    static OpenFlagNumbers current() {
        return of(System.getProperty("os.arch"));
    }

    /** The one that the property {@code os.arch} names. */
    static OpenFlagNumbers of(String osArch) {
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "aarch64", "arm64", "arm" -> ARM;
            default -> GENERIC;
        };
    }
}
