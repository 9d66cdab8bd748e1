package org.hexfuse.nio;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.hexfuse.testkit.nio.NioContract;
import org.hexfuse.testkit.nio.NioFeature;

/** jimfs passes the contract where it can, so the contract asks for no more than a provider has that nobody here wrote. */
class JimfsContractTest extends NioContract {
    private static final Configuration UNIX = Configuration.unix().toBuilder()
            .setAttributeViews("basic", "owner", "posix", "unix", "user")
            .setSupportedFeatures(Feature.LINKS, Feature.SYMBOLIC_LINKS, Feature.FILE_CHANNEL,
                    Feature.SECURE_DIRECTORY_STREAM)
            .build();

    private FileSystem jimfs;

    @Override protected Path open() throws IOException {
        jimfs = Jimfs.newFileSystem(UNIX);
        return Files.createDirectory(jimfs.getPath("/contract"));
    }

    @Override protected void close() throws IOException {
        if (jimfs != null) {
            jimfs.close();
        }
    }

    @Override protected Map<NioFeature, String> lacking() {
        return Map.ofEntries(
                Map.entry(NioFeature.SPARSE_FILES, "a file takes memory for its gaps too"));
    }

    @Override protected Map<String, String> differences() {
        return Map.ofEntries(
                Map.entry("theIteratorOfAPathEnds", "with an IllegalArgumentException"),
                Map.entry("normalizeMayLeaveNothing", "it leaves a dot"),
                Map.entry("nullIsNoOption", "unknown options are ignored, null too"),
                Map.entry("anUnknownOptionIsRefused", "unknown options are ignored"),
                Map.entry("appendAndReadTogetherAreRefused", "with an UnsupportedOperationException"),
                Map.entry("appendAndTruncateExistingTogetherAreRefused", "the file is truncated"),
                Map.entry("aFileIsDeletedOnClose", "the option is ignored"),
                Map.entry("aFileToDeleteOnCloseCanBeReadAndWritten", "the option is ignored"),
                Map.entry("createMakesTheTargetOfADanglingLink", "the link is taken for the file"),
                Map.entry("aWriteOfNothingWritesNothing", "beyond the end it grows the file"),
                Map.entry("aReadIntoAReadOnlyBufferIsRefused", "with a ReadOnlyBufferException"),
                Map.entry("aStreamThatIsClosedHalfwayEnds", "with a ClosedDirectoryStreamException"),
                Map.entry("theSizeOfALinkIsThatOfItsTarget", "links have the size 0"),
                Map.entry("createLinkFailsIfTheNameExists", "the exception names one file"),
                Map.entry("createLinkNeedsItsFile", "the exception names the existing file"),
                Map.entry("isSameFileNeedsBothFiles", "a missing file is another one"),
                Map.entry("aLoopOfLinksFails", "with an IOException that names no file"),
                Map.entry("aLinkToItselfFails", "with an IOException that names no file"));
    }
}
