/** The FUSE protocol as data. */
module org.hexfuse.abi {
    exports org.hexfuse.abi;
}
