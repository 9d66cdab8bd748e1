/** Meters of Micrometer for either end, and events of JFR for the server. A program has the optional modules that it uses. */
module org.hexfuse.metrics {
    requires transitive org.hexfuse.abi;
    requires static transitive org.hexfuse.server;
    requires static transitive org.hexfuse.device;
    requires static transitive micrometer.core;
    requires jdk.jfr;

    exports org.hexfuse.metrics;
}
