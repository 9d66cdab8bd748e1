package org.hexfuse.metrics;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Unsigned;

/** A request that a server has run. Its stack would be that of the library. */
@Name("org.hexfuse.ServerRequest")
@Label("FUSE Server Request")
@Description("A request that a filesystem has run, from its handler's start to its reply")
@Category({"Hexfuse", "Server"})
@Threshold("10 ms")
@StackTrace(false) final class ServerRequestEvent extends Event {
    @Label("Operation") String operation;

    @Label("Errno")
    @Description("The errno of the reply; OK if there was no error") String errno;

    @Label("Node")
    @Unsigned long node;

    @Label("Unique")
    @Description("The unique id of the request in its session")
    @Unsigned long unique;

    @Label("User Id")
    @Unsigned long uid;

    @Label("Process Id") int pid;

    @Label("Data")
    @Description("The bytes that a READ has returned or a WRITE has written")
    @DataAmount long bytes;
}
