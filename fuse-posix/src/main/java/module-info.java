/** File locks, access control lists and other rules of POSIX, for either end. */
module org.hexfuse.posix {
    requires transitive org.hexfuse.abi;

    exports org.hexfuse.posix;
}
