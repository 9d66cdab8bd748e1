package org.hexfuse.abi;

import java.util.Optional;

/** The file type of a node, in {@code st_mode} and in directory entries. */
public enum FileType {
    FIFO(1, 'p'), CHARACTER_DEVICE(2, 'c'), DIRECTORY(4, 'd'), BLOCK_DEVICE(6, 'b'), REGULAR(8, '-'), SYMLINK(10, 'l'),
    SOCKET(12, 's');

    /** The bits of a mode that hold the type: S_IFMT. */
    public static final int MODE_MASK = 0170000;
    private static final FileType[] BY_DTYPE = byDtype();

    private final int dtype;
    private final char letter;

    FileType(int dtype, char letter) {
        this.dtype = dtype;
        this.letter = letter;
    }

    /** The type in {@code mode}. */
    public static Optional<FileType> ofMode(int mode) {
        return Optional.ofNullable(BY_DTYPE[(mode & MODE_MASK) >>> 12]);
    }

    /** The type of {@code dtype} in a directory entry. */
    public static Optional<FileType> ofDtype(int dtype) {
        return Optional.ofNullable(dtype >= 0 && dtype < BY_DTYPE.length ? BY_DTYPE[dtype] : null);
    }

    /** The bits in a mode: S_IFREG and so on. */
    public int mode() {
        return dtype << 12;
    }

    /** The number in {@link Dirent#TYPE}: DT_REG and so on. */
    public int dtype() {
        return dtype;
    }

    /** The letter of {@code ls -l}. */
    public char letter() {
        return letter;
    }

    /** Whether {@code mode} is of this type. */
    public boolean is(int mode) {
        return (mode & MODE_MASK) == mode();
    }

    private static FileType[] byDtype() {
        var table = new FileType[16];
        for (FileType type : values()) {
            table[type.dtype] = type;
        }
        return table;
    }
}
