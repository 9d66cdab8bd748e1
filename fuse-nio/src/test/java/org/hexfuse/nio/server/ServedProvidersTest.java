package org.hexfuse.nio.server;

import com.github.marschall.memoryfilesystem.MemoryFileSystemBuilder;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.EnumSet;
import java.util.Set;
import org.hexfuse.testkit.RunningKernel;
import org.hexfuse.testkit.UserKernel;
import org.hexfuse.testkit.posix.LibcClient;
import org.hexfuse.testkit.posix.PosixClient;
import org.hexfuse.testkit.posix.PosixContract;
import org.hexfuse.testkit.posix.PosixFeature;
import org.hexfuse.testkit.posix.VfsClient;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The POSIX contract of the files of several providers. */
class ServedProvidersTest {
    /** What {@code java.nio.file} has no call for; extended attributes are there in one namespace only, and have tests of their own. */
    private static final Set<PosixFeature> LACKING = EnumSet.of(PosixFeature.XATTRS, PosixFeature.UNNAMED_FILES,
            PosixFeature.ALLOCATION, PosixFeature.HOLES, PosixFeature.ACCESS_LISTS, PosixFeature.SPECIAL_FILES,
            PosixFeature.EXCHANGE);

    abstract static class OfProvider extends PosixContract {
        private UserKernel kernel;

        abstract Path root() throws IOException;

        /** The directory, with the permission for others to search it. */
        static Path searchable(Path directory) throws IOException {
            return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }

        @Override protected PosixClient mount() throws Exception {
            // A test that fails because of a difference may leave files open.
            kernel = UserKernel.connect("mem:", NioFileSystem.of(root()));
            return new VfsClient(kernel.vfs());
        }

        @Override protected void unmount() throws IOException {
            if (kernel != null) {
                kernel.close();
            }
        }

        @Override protected Set<PosixFeature> lacking() {
            return LACKING;
        }
    }

    private static Differences ofTheDefaultProvider() {
        return new Differences()
                .because("java.nio.file has no number of blocks, or the provider has no holes",
                        "aHugeFileWithAHoleTakesLittle")
                .because("the JDK sets no fraction of a second before 1970", "timesBefore1970AreKept")
                .because("java.nio.file has no O_NOATIME", "noatimeKeepsTheAccessTime")
                .sometimes("the filesystem below gives an inode number to another file at once",
                        "aNameIsFreeAfterItsDirectoryIsGone")
                .sometimes(
                        "two callers at once meet a file between its lookup and its open, or its creation and its change of owner",
                        "aReplacedNameAlwaysExists")
                .sometimes("other programs write to the disk, or the server does not tell its space",
                        "writingReducesTheFreeSpace");
    }

    @Nested class OfTheDefaultProvider extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = ofTheDefaultProvider();
        @TempDir static Path directory;

        @Override Path root() throws IOException {
            return searchable(directory);
        }
    }

    @Nested class OfTheDefaultProviderByTheRealKernel extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = ofTheDefaultProvider();
        @TempDir static Path directory;
        private RunningKernel running;

        @Override Path root() throws IOException {
            return searchable(directory);
        }

        @Override protected PosixClient mount() throws Exception {
            running = RunningKernel.mountForContract(NioFileSystem.of(root()));
            return new LibcClient(running.path());
        }

        @Override protected void unmount() throws IOException {
            if (running != null) {
                running.close();
            }
        }
    }

    @Nested class OfJimfs extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = new Differences()
                .because("java.nio.file has no number of blocks, or the provider has no holes",
                        "aHugeFileWithAHoleTakesLittle")
                .because("the provider follows a symbolic link that is to be linked", "linkNamesASymbolicLinkItself")
                .because("the provider has no time of change", "linkMovesTheTimeOfChange",
                        "unlinkingOneOfSeveralNamesMovesTheTimeOfChange",
                        "renameKeepsTheTimeOfModificationAndMovesThatOfChange",
                        "changesOfAttributesMoveOnlyTheTimeOfChange", "settingTimesMovesTheTimeOfChange")
                .because("the provider has the nine permissions only, or none",
                        "theOwnerOfAStickyDirectoryUnlinksAnyFile", "inAStickyDirectoryOnlyOwnersUnlink",
                        "inAStickyDirectoryOnlyOwnersRemoveDirectories", "inAStickyDirectoryOnlyOwnersRename",
                        "missingPermissionIsReportedFirst", "mkdirTakesTheStickyBit",
                        "anothersTruncateDropsSetUserAndGroupId", "chmodByANonMemberClearsSetGroupId",
                        "rootsChownDropsSetUserAndGroupIdOfFiles",
                        "aNonMembersFileInASetGroupIdDirectoryLosesSetGroupId", "anothersWriteDropsSetUserAndGroupId",
                        "newFilesInheritTheGroupOfASetGroupIdDirectory", "rootsWriteKeepsSetUserAndGroupId",
                        "aFileIsMadeWithSetUserId", "chmodChangesAllBits", "anOwnerSetsTheStickyBit",
                        "chownKeepsSetGroupIdWhereTheGroupMayNotExecute", "anOwnersChownDropsSetUserAndGroupId")
                .because("java.nio.file has no O_NOATIME", "noatimeKeepsTheAccessTime")
                .sometimes(
                        "two callers at once meet a file between its lookup and its open, or its creation and its change of owner",
                        "aReplacedNameAlwaysExists", "concurrentCreatesOpenTheSameFile");
        private FileSystem jimfs;

        @Override Path root() throws IOException {
            jimfs = Jimfs.newFileSystem(Configuration.unix().toBuilder()
                    .setAttributeViews("basic", "owner", "posix", "unix", "user").build());
            return searchable(Files.createDirectory(jimfs.getPath("/root")));
        }

        @Override protected void unmount() throws IOException {
            super.unmount();
            jimfs.close();
        }
    }

    @Nested class OfMemoryFileSystem extends OfProvider {
        @RegisterExtension static final Differences DIFFERENCES = new Differences()
                .sometimes(
                        "the provider sets the times of reading and writing when a channel is closed, which RELEASE does some time after close(2)",
                        "anOmittedTimeIsKept", "copyingMovesTheTargetsTimes", "noatimeKeepsTheAccessTime",
                        "readingMovesOnlyTheAccessTime", "writingMovesTheTimesOfModificationAndChange",
                        "openingToTruncateMovesTheTimes")
                .sometimes("the provider's space is the free part of the heap", "writingReducesTheFreeSpace")
                .because("the provider changes no owners, or gives this process no rights on what belongs to others",
                        "aFileCreatedReadOnlyIsWritableForItsCreator", "anOpenDirectorysAttributesAreChanged",
                        "openToTruncateKeepsOwnerAndMode", "rmdirNeedsPermissionToWriteToTheParent",
                        "mkdirNeedsPermissionToWrite", "theOwnerOfAStickyDirectoryUnlinksAnyFile",
                        "anUnlinkedOpenFileCanBeChanged", "unlinkNeedsPermissionToWriteToTheDirectory",
                        "theOwnerMaySetTimesOfWhatMayNotBeWritten", "onlyTheOwnerSetsTimes",
                        "chownFollowsSymbolicLinksAndLchownDoesNot", "theUmaskAppliesToEveryNewFile",
                        "onlyTheOwnerChangesTheMode", "chmodByANonMemberClearsSetGroupId",
                        "theUmaskDoesNotApplyToChmod", "anOpenFilesOwnerIsChanged", "onlyRootGivesFilesAway",
                        "anOwnerMayChangeToItsOwnGroupsOnly", "aNewFileBelongsToItsCreator", "anOwnerSetsTheStickyBit",
                        "chownChangesOwnerAndGroupSeparately", "accessFollowsSymbolicLinks",
                        "rootReadsAndWritesAnything", "accessAnswersForEachBit", "anOpenFileStaysOpenWhateverTheMode",
                        "changedPermissionsHoldAtOnce", "rootMayExecuteIfAnyoneMay", "theOwnersBitsAreTheOwners",
                        "theOwnGroupIsAGroup", "noatimeIsForTheOwner", "truncatingWhenOpeningNeedsPermissionToWrite",
                        "theLastBitsAreTheOthers", "theFirstBitsThatApplyDecide", "theGroupsBitsAreItsMembers",
                        "statNeedsNoPermissionOnTheFile")
                .because("java.nio.file has no number of blocks, or the provider has no holes",
                        "aHugeFileWithAHoleTakesLittle")
                .because("the provider has no number of links", "aDirectoryCountsItsDirectories",
                        "linkGivesAFileAnotherName", "linkNeedsPermissionToWrite", "renameReplacesAnEmptyDirectory",
                        "renameOfTwoNamesOfOneFileKeepsBoth", "aMovedDirectoryHasANewParent")
                .because("the provider has no inode numbers to list", "aListingContinuesAtEveryCookie")
                .because("the provider follows a symbolic link that is to be linked", "linkNamesASymbolicLinkItself")
                .because("the provider has no time of change", "unlinkingOneOfSeveralNamesMovesTheTimeOfChange",
                        "renameKeepsTheTimeOfModificationAndMovesThatOfChange",
                        "changesOfAttributesMoveOnlyTheTimeOfChange", "settingTimesMovesTheTimeOfChange")
                .because("the provider has the nine permissions only, or none", "inAStickyDirectoryOnlyOwnersUnlink",
                        "inAStickyDirectoryOnlyOwnersRemoveDirectories", "inAStickyDirectoryOnlyOwnersRename",
                        "missingPermissionIsReportedFirst", "mkdirTakesTheStickyBit",
                        "anothersTruncateDropsSetUserAndGroupId", "rootsChownDropsSetUserAndGroupIdOfFiles",
                        "aNonMembersFileInASetGroupIdDirectoryLosesSetGroupId", "anothersWriteDropsSetUserAndGroupId",
                        "newFilesInheritTheGroupOfASetGroupIdDirectory", "rootsWriteKeepsSetUserAndGroupId",
                        "aFileIsMadeWithSetUserId", "chmodChangesAllBits", "idsAreUnsigned",
                        "chownKeepsSetGroupIdWhereTheGroupMayNotExecute", "anOwnersChownDropsSetUserAndGroupId")
                .because("an open file whose name was removed keeps a hidden one", "anOpenFileOutlivesItsName",
                        "aReplacedFileThatIsOpenStays")
                .sometimes(
                        "two callers at once meet a file between its lookup and its open, or its creation and its change of owner",
                        "aReplacedNameAlwaysExists", "closingTheFileReleasesItsFlock",
                        "concurrentAppendsDoNotOverwrite", "concurrentCreatesOpenTheSameFile",
                        "directoriesFilledAndEmptiedAtOnceEndEmpty", "filesWrittenAtOnceKeepTheirContents",
                        "oneOfSeveralExclusiveOpensSucceeds", "oneOfSeveralMkdirsSucceeds",
                        "oneOfSeveralUnlinksSucceeds");
        private FileSystem memory;

        @Override Path root() throws IOException {
            var builder = MemoryFileSystemBuilder.newLinux().addFileAttributeView(UserDefinedFileAttributeView.class);
            for (String name : new String[]{"root", "0", "7", "8", "1001", "1002", "2000"}) {
                builder.addUser(name).addGroup(name);
            }
            memory = builder.build();
            return searchable(Files.createDirectory(memory.getPath("/root")));
        }

        @Override protected void unmount() throws IOException {
            super.unmount();
            memory.close();
        }
    }

    /** Half a minute of round trips, so only by {@code -Dtest.excludedGroups=none}; {@link SftpTest} is in each build. */
    @Tag("slow")
    @Nested class OfSftp extends OfProvider {
        @Override protected Set<PosixFeature> lacking() {
            var lacking = EnumSet.of(PosixFeature.HARD_LINKS);
            lacking.addAll(LACKING);
            return lacking;
        }

        @RegisterExtension static final Differences DIFFERENCES = new Differences()
                .because("the provider changes no owners, or gives this process no rights on what belongs to others",
                        "anOpenDirectorysAttributesAreChanged", "openToTruncateKeepsOwnerAndMode",
                        "mkdirNeedsPermissionToWrite", "aLinkBelongsToItsCreator", "anUnlinkedOpenFileCanBeChanged",
                        "theOwnerMaySetTimesOfWhatMayNotBeWritten", "onlyTheOwnerSetsTimes",
                        "chownFollowsSymbolicLinksAndLchownDoesNot", "onlyTheOwnerChangesTheMode",
                        "chmodByANonMemberClearsSetGroupId", "theUmaskDoesNotApplyToChmod", "anOpenFilesOwnerIsChanged",
                        "onlyRootGivesFilesAway", "anOwnerMayChangeToItsOwnGroupsOnly", "aNewFileBelongsToItsCreator",
                        "anOwnerSetsTheStickyBit", "idsAreUnsigned", "chownChangesOwnerAndGroupSeparately",
                        "anOwnersChownDropsSetUserAndGroupId", "accessFollowsSymbolicLinks", "accessAnswersForEachBit",
                        "anOpenFileStaysOpenWhateverTheMode", "theOwnersBitsAreTheOwners", "theOwnGroupIsAGroup",
                        "noatimeIsForTheOwner", "theFirstBitsThatApplyDecide", "theGroupsBitsAreItsMembers")
                .because("the protocol has times in whole seconds", "writingNothingMovesNoTime",
                        "writingToAFileMovesNoTimeOfItsDirectory", "timesAreSetToTheNanosecond",
                        "timesOfADirectoryAreSet", "setsTimesOfASymbolicLink", "timesAfter2038AreKept",
                        "anOmittedTimeIsKept", "timesBefore1970AreKept", "timesOfAnOpenFileAreSet")
                .because("the server names no reason", "offsetsBeyondAllFilesAreInvalid")
                .because("java.nio.file has no number of blocks, or the provider has no holes",
                        "aHugeFileWithAHoleTakesLittle")
                .because("the provider has no number of links", "aDirectoryCountsItsDirectories",
                        "renameReplacesAnEmptyDirectory", "aMovedDirectoryHasANewParent")
                .because("the provider has no inode numbers to list", "aListingContinuesAtEveryCookie")
                .because("the server takes a relative target for a path below its own directory",
                        "relativeLinksStartWhereTheyAre", "renameMovesASymbolicLinkItself")
                .because("names of the provider are strings", "aSymbolicLinkHoldsAnyBytes", "namesAreAnyBytes")
                .because("the provider has the nine permissions only, or none",
                        "theOwnerOfAStickyDirectoryUnlinksAnyFile", "inAStickyDirectoryOnlyOwnersUnlink",
                        "inAStickyDirectoryOnlyOwnersRemoveDirectories", "inAStickyDirectoryOnlyOwnersRename",
                        "missingPermissionIsReportedFirst", "mkdirTakesTheStickyBit",
                        "anothersTruncateDropsSetUserAndGroupId", "rootsChownDropsSetUserAndGroupIdOfFiles",
                        "aNonMembersFileInASetGroupIdDirectoryLosesSetGroupId", "anothersWriteDropsSetUserAndGroupId",
                        "newFilesInheritTheGroupOfASetGroupIdDirectory", "rootsWriteKeepsSetUserAndGroupId",
                        "aFileIsMadeWithSetUserId", "chmodChangesAllBits",
                        "chownKeepsSetGroupIdWhereTheGroupMayNotExecute")
                .because("an open file whose name was removed keeps a hidden one", "anOpenFileOutlivesItsName",
                        "aReplacedFileThatIsOpenStays")
                .because("the provider has no time of change", "renameKeepsTheTimeOfModificationAndMovesThatOfChange",
                        "changesOfAttributesMoveOnlyTheTimeOfChange", "settingTimesMovesTheTimeOfChange")
                .because("java.nio.file has no O_NOATIME", "noatimeKeepsTheAccessTime")
                .sometimes("other programs write to the disk, or the server does not tell its space",
                        "writingReducesTheFreeSpace")
                .sometimes(
                        "two callers at once meet a file between its lookup and its open, or its creation and its change of owner",
                        "aReplacedNameAlwaysExists", "closingTheFileReleasesItsFlock",
                        "concurrentAppendsDoNotOverwrite", "concurrentCreatesOpenTheSameFile",
                        "directoriesFilledAndEmptiedAtOnceEndEmpty", "filesWrittenAtOnceKeepTheirContents",
                        "oneOfSeveralExclusiveOpensSucceeds", "oneOfSeveralMkdirsSucceeds",
                        "oneOfSeveralUnlinksSucceeds", "readingMovesOnlyTheAccessTime");
        @TempDir static Path directory;
        private SftpServer server;

        @Override Path root() throws IOException {
            server = new SftpServer(searchable(directory));
            return server.files().getPath("/");
        }

        @Override protected void unmount() throws IOException {
            super.unmount();
            server.close();
        }
    }
}
