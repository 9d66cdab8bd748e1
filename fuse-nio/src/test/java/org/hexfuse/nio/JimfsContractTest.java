package org.hexfuse.nio;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Feature;
import com.google.common.jimfs.Jimfs;
import com.google.common.jimfs.WatchServiceConfiguration;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hexfuse.testkit.nio.NioContract;
import org.hexfuse.testkit.nio.NioFeature;

/** jimfs passes the contract where it can, so the contract asks for no more than a provider has that nobody here wrote. */
class JimfsContractTest extends NioContract {
    private static final Configuration UNIX = Configuration.unix().toBuilder()
            .setAttributeViews("basic", "owner", "posix", "unix", "user")
            .setSupportedFeatures(Feature.LINKS, Feature.SYMBOLIC_LINKS, Feature.FILE_CHANNEL,
                    Feature.SECURE_DIRECTORY_STREAM)
            .setWatchServiceConfiguration(WatchServiceConfiguration.polling(10, TimeUnit.MILLISECONDS)).build();

    private FileSystem jimfs;

    @Override protected Path open() throws IOException {
        jimfs = Jimfs.newFileSystem(UNIX);
        return Files.createDirectory(jimfs.getPath("/contract"));
    }

    @Override public Path openAnother() throws IOException {
        return Files.createDirectory(Jimfs.newFileSystem(UNIX).getPath("/contract"));
    }

    @Override protected void close() throws IOException {
        if (jimfs != null) {
            jimfs.close();
        }
    }

    @Override protected Map<NioFeature, String> lacking() {
        return Map.ofEntries(
                Map.entry(NioFeature.MAPPED_READS, "map is not supported"),
                Map.entry(NioFeature.MAPPED_WRITES, "map is not supported"),
                Map.entry(NioFeature.LOCKS, "locks exclude nobody"),
                Map.entry(NioFeature.UNIX_ATTRIBUTES, "read only, without the type of the file"),
                Map.entry(NioFeature.ACCESS_LISTS, "not configured"),
                Map.entry(NioFeature.NAMES_OF_ANY_BYTES, "names are strings"),
                Map.entry(NioFeature.NAMES_OF_255_BYTES, "names of any length"),
                Map.entry(NioFeature.SPARSE_FILES, "a file takes memory for its gaps too"));
    }

    @Override protected Map<String, String> differences() {
        return Map.ofEntries(
                Map.entry("charactersOfRegularExpressionsAreThemselvesInGlobs", "a vertical bar is an alternative"),
                Map.entry("malformedGlobsAreRefused", "some are accepted"),
                Map.entry("aUriNamesItsPath", "only through Path.of"),
                Map.entry("aUriOfAnotherSchemeIsRefused", "with an UnsupportedOperationException"),
                Map.entry("aUriNamesAPathOfUnicode", "characters are not escaped"),
                Map.entry("anOutputStreamDoesNotRead", "with an UnsupportedOperationException"),
                Map.entry("anInputStreamMayDeleteItsFile", "the option is refused"),
                Map.entry("temporaryFilesAreForTheirOwner", "permissions at creation are ignored"),
                Map.entry("aFileChannelOpensWithTheOptionsOfOpening", "DELETE_ON_CLOSE is ignored"),
                Map.entry("anAsynchronousChannelOpensWithTheOptionsOfOpening", "DELETE_ON_CLOSE is ignored"),
                Map.entry("aFileIsTransferredIntoItself", "it never ends"),
                Map.entry("transferFromBeyondTheEndLeavesAGapOfZeros", "nothing is transferred, as before JDK 25"),
                Map.entry("anAsynchronousChannelDoesNotAppend", "it does"),
                Map.entry("aSecureStreamMakesAFileWithTheGivenPermissions", "permissions at creation are ignored"),
                Map.entry("anAtomicMoveDoesNotReplaceADirectoryThatIsNotEmpty", "the exception names the target"),
                Map.entry("moveDoesNotPutADirectoryIntoItself", "with an IOException that names no file"),
                Map.entry("moveRefusesToCopyAttributes", "the option is accepted"),
                Map.entry("anAttributeThatCannotBeSetIsRefused", "with an UnsupportedOperationException"),
                Map.entry("aStarIsAllAttributes", "a star stands alone"),
                Map.entry("aFileIsExecutableIfItsPermissionsSaySo", "permissions are not checked"),
                Map.entry("anAttributeIsSetToItsType", "with an IllegalArgumentException"),
                Map.entry("anUnknownUserIsNotFound", "every name is a user"),
                Map.entry("anUnknownGroupIsNotFound", "every name is a group"),
                Map.entry("aMissingAttributeCannotBeRead", "with an IllegalArgumentException"),
                Map.entry("anAttributeIsNotReadIntoAReadOnlyBuffer", "with a ReadOnlyBufferException"),
                Map.entry("anAttributeIsNotReadIntoATooSmallBuffer", "with a BufferOverflowException"),
                Map.entry("aStoreNeedsAFile", "the file may be missing"),
                Map.entry("theSpaceOfAStoreIsReadByName", "not supported"),
                Map.entry("aWatchNeedsAnEvent", "it may have none"),
                Map.entry("aCancelledKeyIsInvalid", "a second cancel fails with a NullPointerException"),
                Map.entry("aDirectoryHasOneKeyInAService", "each registration has a key"),
                Map.entry("aWatchNeedsAServiceOfItsProvider", "with an IllegalArgumentException"),
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
