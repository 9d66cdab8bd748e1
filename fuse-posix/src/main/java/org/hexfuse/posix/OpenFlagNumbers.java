package org.hexfuse.posix;

import java.util.Locale;

/**
 * The open flags whose numbers differ between the architectures of Linux.
 *
 * <p>Source: Linux {@code include/uapi/asm-generic/fcntl.h}, {@code arch/x86} and {@code arch/arm64}
 * {@code include/uapi/asm/fcntl.h}.
 */
enum OpenFlagNumbers {
    /** x86, and every architecture with the numbers of asm-generic. */
    GENERIC(0x4000, 0x10000, 0x20000, 0x8000),
    /** arm64 and arm. */
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

    /** The architecture of this machine. */
    static OpenFlagNumbers current() {
        return of(System.getProperty("os.arch"));
    }

    /** The architecture of the property {@code os.arch}. */
    static OpenFlagNumbers of(String osArch) {
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "aarch64", "arm64", "arm" -> ARM;
            default -> GENERIC;
        };
    }
}
