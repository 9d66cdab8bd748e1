/** File locks and access control lists, for either end. */
module org.hexfuse.posix {
    requires transitive org.hexfuse.abi;

    exports org.hexfuse.posix;
}
