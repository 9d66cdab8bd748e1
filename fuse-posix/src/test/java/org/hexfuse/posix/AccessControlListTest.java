package org.hexfuse.posix;

import static org.hexfuse.posix.FuseAssertions.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.hexfuse.abi.Errno;
import org.hexfuse.abi.FuseException;
import org.hexfuse.posix.AccessControlList.Entry;
import org.hexfuse.posix.AccessControlList.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessControlListTest {
    private static final int OWNER = 1;
    private static final int GROUP = 10;

    /** Entries as {@code u:6 u5:4 g:4 g7:2 m:6 o:0}. */
    private static List<Entry> entries(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String word : text.isEmpty() ? new String[0] : text.split(" ")) {
            int colon = word.indexOf(':');
            String id = word.substring(1, colon);
            Tag tag = switch (word.charAt(0)) {
                case 'u' -> id.isEmpty() ? Tag.OWNER : Tag.USER;
                case 'g' -> id.isEmpty() ? Tag.OWNING_GROUP : Tag.GROUP;
                case 'm' -> Tag.MASK;
                default -> Tag.OTHERS;
            };
            entries.add(new Entry(tag, Integer.parseInt(word.substring(colon + 1)),
                    id.isEmpty() ? -1 : Integer.parseInt(id)));
        }
        return entries;
    }

    private static AccessControlList list(String text) {
        return AccessControlList.of(entries(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"u:6 g:4 o:0", "u:7 m:5 g:4 o:0", "u:6 u5:4 g:4 m:6 o:0", "u:6 u5:4 u3:4 g:4 g7:2 m:6 o:0",
        "u:6 g:4 g7:2 g5:7 m:6 o:0", "u:6 u7:1 g:4 g7:2 m:6 o:0"}) void roundTripsThroughBytes(String text) {
        List<Entry> sorted = entries(text).stream().sorted((a, b) -> a.tag().compareTo(b.tag())).toList();
        AccessControlList list = AccessControlList.of(sorted);
        assertThat(list.entries()).isEqualTo(sorted);
        assertThat(AccessControlList.parse(list.toBytes())).contains(list);
    }

    @ParameterizedTest
    @ValueSource(strings = {"u:6", "u:6 g:4", "u:6 o:4", "g:6 o:4", "u:6 u:6 g:4 o:0", "u:6 g:4 g:4 o:0",
        "u:6 g:4 o:0 o:0", "g:4 u:6 o:0", "u:6 u5:4 g:4 o:0", "u:6 g:4 g5:4 o:0", "u:6 u5:4 u5:6 g:4 m:7 o:0",
        "u:6 g:4 g5:4 g5:4 m:7 o:0", "u:6 g:4 m:7 m:7 o:0", "u:6 g:4 u5:4 m:7 o:0", "u:6 g:4 o:0 m:7", "u:8 g:4 o:0",
        "u:6 u-1:4 g:4 m:7 o:0"}) void rejectsInvalidLists(String text) {
        assertFails(Errno.EINVAL, () -> list(text));
    }

    @Test void hasTheFormatOfLinux() {
        assertThat(HexFormat.of().formatHex(list("u:6 u1000:4 g:4 m:6 o:0").toBytes())).isEqualTo("02000000"
                + "01000600ffffffff" + "02000400e8030000" + "04000400ffffffff" + "10000600ffffffff"
                + "20000000ffffffff");
    }

    @Test void rejectsMalformedBytes() {
        byte[] bytes = list("u:6 g:4 o:0").toBytes();
        assertThat(AccessControlList.parse(new byte[0])).isEmpty();
        assertThat(AccessControlList.parse(Arrays.copyOf(bytes, 4))).isEmpty();
        assertFails(Errno.EINVAL, () -> AccessControlList.parse(Arrays.copyOf(bytes, 3)));
        assertFails(Errno.EINVAL, () -> AccessControlList.parse(Arrays.copyOf(bytes, bytes.length - 1)));
        assertFails(Errno.EINVAL, () -> AccessControlList.parse(Arrays.copyOf(bytes, bytes.length - 8)));
        byte[] version = bytes.clone();
        version[0] = 1;
        assertFails(Errno.EOPNOTSUPP, () -> AccessControlList.parse(version));
        byte[] tag = bytes.clone();
        tag[4] = 3;
        assertFails(Errno.EINVAL, () -> AccessControlList.parse(tag));
    }

    @Test void parsesOrRejectsAnyBytes() {
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = list("u:6 u5:4 g:4 g7:2 m:6 o:0").toBytes();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(random.nextBoolean() ? 33 : 256);
            }
            try {
                Optional<AccessControlList> list = AccessControlList.parse(bytes);
                assertThat(AccessControlList.parse(list.orElseThrow().toBytes())).isEqualTo(list);
            } catch (FuseException e) {
                assertThat(e.errno()).isIn(Errno.EINVAL, Errno.EOPNOTSUPP);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"u:6 g:4 o:0,0640,true", "u:7 u5:7 g:1 m:5 o:2,0752,false",
        "u:7 g:1 m:5 o:2,0752,false"}) void theMaskIsTheGroupsPartOfTheMode(String text, String mode, boolean isMode) {
        assertThat(list(text).mode()).isEqualTo(Integer.parseInt(mode, 8));
        assertThat(list(text).isMode()).isEqualTo(isMode);
    }

    @Test void aModeHasAMinimalList() {
        for (int mode = 0; mode < 01000; mode++) {
            AccessControlList list = AccessControlList.ofMode(02000 | mode);
            assertThat(list.mode()).isEqualTo(mode);
            assertThat(AccessControlList.of(list.entries())).isEqualTo(list);
        }
    }

    @ParameterizedTest
    @CsvSource({"u:6 g:4 o:0,0751,u:7 g:5 o:1",
        "u:6 u5:7 g:4 m:6 o:0,0751,u:7 u5:7 g:4 m:5 o:1"}) void aNewModeChangesTheMask(
                String before, String mode, String after) {
        assertThat(list(before).withMode(Integer.parseInt(mode, 8))).isEqualTo(list(after));
    }

    @ParameterizedTest
    @CsvSource({"u:7 g:5 o:5,0666,0644,u:6 g:4 o:4", "u:7 u5:7 g:5 m:7 o:0,02666,02660,u:6 u5:7 g:5 m:6 o:0",
        "u:5 u5:7 g:5 m:5 o:7,0727,0507,u:5 u5:7 g:5 m:0 o:7"}) void aNewFileInheritsTheDefaultListWithinItsMode(
                String parent, String asked, String mode, String own) {
        AccessControlList.Inherited inherited = list(parent).inherit(Integer.parseInt(asked, 8));
        assertThat(inherited.mode()).isEqualTo(Integer.parseInt(mode, 8));
        assertThat(inherited.list()).isEqualTo(list(own));
        assertThat(inherited.list().mode()).isEqualTo(inherited.mode() & 0777);
    }

    @ParameterizedTest
    @CsvSource({
        // Only the owner's entry counts for the owner, and the mask does not limit it.
        "u:6 u1:7 g:0 m:0 o:7,1,10,6", "u:0 u1:7 g:7 m:7 o:7,1,10,0",
        // The entry of a user precedes those of groups, and is limited by the mask.
        "u:0 u5:6 g:7 g10:7 m:7 o:7,5,10,6", "u:0 u5:7 g:7 m:5 o:7,5,10,5",
        // One group entry must grant all wanted permissions; a member of a group never gets those of others.
        "u:0 g:4 g11:2 m:7 o:7,5,10 11,4 2", "u:0 g:0 g11:0 m:7 o:7,5,11,0", "u:0 g:6 g11:5 m:4 o:0,5,10 11,4",
        "u:0 g:4 o:7,5,10,4", "u:0 u6:7 g:4 m:7 o:3,5,12,3"}) void grantsByTheFirstEntryThatApplies(String text,
                int uid, String groups,
                String allowed) {
        Set<Integer> in = Set.copyOf(Arrays.stream(groups.split(" ")).map(Integer::valueOf).toList());
        List<Integer> sets = Arrays.stream(allowed.split(" ")).map(Integer::valueOf).toList();
        for (int wanted = 1; wanted < 8; wanted++) {
            int bits = wanted;
            assertThat(list(text).allows(uid, in::contains, OWNER, GROUP, wanted)).as("%d of %s", wanted, text)
                    .isEqualTo(sets.stream().anyMatch(set -> (set & bits) == bits));
        }
    }

    @Test void printsLikeGetfacl() {
        assertThat(list("u:6 u5:4 g:4 g7:2 m:6 o:1"))
                .hasToString("user::rw-,user:5:r--,group::r--,group:7:-w-,mask::rw-,other::--x");
    }
}
