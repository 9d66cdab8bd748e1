package org.hexfuse.abi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** All constants of this package, compared with the output of a C compiler for {@code fuse.h}. */
class FactsTest {
    private static final JsonObject FACTS = read();
    private static final Map<String, Class<? extends Enum<?>>> FLAG_SETS = new LinkedHashMap<>();

    static {
        FLAG_SETS.put("FATTR_", SetattrFlag.class);
        FLAG_SETS.put("FOPEN_", OpenOutFlag.class);
        FLAG_SETS.put("CUSE_", CuseInitFlag.class);
        FLAG_SETS.put("FUSE_RELEASE_", ReleaseFlag.class);
        FLAG_SETS.put("FUSE_GETATTR_", GetattrFlag.class);
        FLAG_SETS.put("FUSE_LK_", LockFlag.class);
        FLAG_SETS.put("FUSE_WRITE_", WriteFlag.class);
        FLAG_SETS.put("FUSE_READ_", ReadFlag.class);
        FLAG_SETS.put("FUSE_IOCTL_", IoctlFlag.class);
        FLAG_SETS.put("FUSE_POLL_", PollFlag.class);
        FLAG_SETS.put("FUSE_FSYNC_", FsyncFlag.class);
        FLAG_SETS.put("FUSE_ATTR_", AttrFlag.class);
        FLAG_SETS.put("FUSE_OPEN_", OpenInFlag.class);
        FLAG_SETS.put("FUSE_SETXATTR_", SetxattrFlag.class);
        FLAG_SETS.put("FUSE_SETUPMAPPING_FLAG_", SetupMappingFlag.class);
        FLAG_SETS.put("FUSE_", InitFlag.class);
    }

    private static JsonObject read() {
        try (var in = new InputStreamReader(FactsTest.class.getResourceAsStream("fuse-abi-7.45.json"), UTF_8)) {
            return JsonParser.parseReader(in).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory Stream<DynamicTest> everyStructHasTheSizeAndTheFieldsThatCHas() {
        return FACTS.getAsJsonObject("structs").entrySet().stream()
                .map(struct -> dynamicTest(struct.getKey(),
                        () -> check(struct.getKey(), struct.getValue().getAsJsonObject())));
    }

    private static void check(String name, JsonObject facts) throws ReflectiveOperationException {
        Struct struct = structOf(name);
        assertThat(struct.name()).isEqualTo(name);
        assertThat(struct.size()).isEqualTo(facts.get("size").getAsInt());
        var expected = new ArrayList<String>();
        for (JsonElement field : facts.getAsJsonArray("fields")) {
            JsonObject f = field.getAsJsonObject();
            String type = f.get("type").getAsString();
            if (!type.endsWith("[]")) {
                expected.add(f.get("name").getAsString() + "@" + f.get("offset").getAsInt() + "+"
                        + f.get("size").getAsInt()
                        + (type.startsWith("int") && !type.contains("[") && !isReserved(struct, f) ? " signed" : ""));
            }
        }
        assertThat(struct.fields().stream().map(f -> f.name() + "@" + f.offset() + "+" + f.size()
                + (f instanceof I32 || f instanceof I64 ? " signed" : ""))).containsExactlyElementsOf(expected);
    }

    private static boolean isReserved(Struct struct, JsonObject fact) {
        return struct.fields().stream()
                .anyMatch(f -> f instanceof Reserved && f.name().equals(fact.get("name").getAsString()));
    }

    private static Struct structOf(String name) throws ReflectiveOperationException {
        return (Struct) Class.forName("org.hexfuse.abi." + className(name)).getField("STRUCT").get(null);
    }

    private static String className(String name) {
        return switch (name) {
            case "fuse_attr" -> "AttrData";
            case "fuse_statx" -> "StatxData";
            case "fuse_kstatfs" -> "KStatfs";
            case "fuse_direntplus" -> "DirentPlus";
            default -> Arrays.stream(name.replaceFirst("^fuse_", "").split("_"))
                    .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                    .reduce("", String::concat);
        };
    }

    /** Each constant must have the name of its field, or it would be used for another one. */
    @TestFactory Stream<DynamicTest> everyConstantIsNamedAfterItsField() {
        return FACTS.getAsJsonObject("structs").keySet().stream().map(name -> dynamicTest(name, () -> {
            Class<?> type = structOf(name).getClass().getModule().getClassLoader()
                    .loadClass("org.hexfuse.abi." + className(name));
            var constants = new TreeSet<String>();
            for (var constant : type.getFields()) {
                if (Modifier.isStatic(constant.getModifiers()) && constant.get(null) instanceof Field field) {
                    constants.add(field.name());
                    String expected = field.name().equals("size") ? "SIZE_FIELD"
                            : field.name().toUpperCase(Locale.ROOT);
                    assertThat(constant.getName()).isEqualTo(expected);
                }
            }
            assertThat(constants).containsExactlyInAnyOrderElementsOf(structOf(name).fields().stream()
                    .filter(f -> !(f instanceof Reserved)).map(Field::name).toList());
        }));
    }

    @Test void everyOpcodeIsThere() {
        var expected = numbers(FACTS.getAsJsonObject("enums").getAsJsonObject("fuse_opcode"));
        assertThat(Protocol.INIT_BSWAP_RESERVED).isEqualTo(expected.remove("FUSE_INIT_BSWAP_RESERVED").intValue());
        assertThat(Protocol.CUSE_INIT_BSWAP_RESERVED).isEqualTo(expected.remove("CUSE_INIT_BSWAP_RESERVED").intValue());
        var actual = new TreeMap<String, Long>();
        for (Opcode opcode : Opcode.values()) {
            actual.put((opcode == Opcode.CUSE_INIT ? "" : "FUSE_") + opcode.name(), (long) opcode.code());
            assertThat(Opcode.of(opcode.code())).contains(opcode);
        }
        assertThat(actual).isEqualTo(expected);
    }

    @Test void everyNotifyCodeIsThere() {
        var actual = new TreeMap<String, Long>();
        for (NotifyCode code : NotifyCode.values()) {
            actual.put("FUSE_NOTIFY_" + code.name(), (long) code.code());
            assertThat(NotifyCode.of(code.code())).contains(code);
        }
        assertThat(actual).isEqualTo(numbers(FACTS.getAsJsonObject("enums").getAsJsonObject("fuse_notify_code")));
    }

    @Test void everyUringCommandIsThere() {
        var actual = new TreeMap<String, Long>();
        for (UringCommand command : UringCommand.values()) {
            actual.put("FUSE_IO_URING_CMD_" + command.name(), (long) command.code());
        }
        assertThat(actual).isEqualTo(numbers(FACTS.getAsJsonObject("enums").getAsJsonObject("fuse_uring_cmd")));
    }

    @Test void everyConstantIsThere() {
        var expected = numbers(FACTS.getAsJsonObject("constants"));
        // Two names of the same bit each, and a mask that stands for bit 31.
        List.of("FUSE_DIRECT_IO_RELAX", "FUSE_WRITE_KILL_PRIV", "FUSE_INIT_RESERVED").forEach(expected::remove);
        var actual = new TreeMap<String, Long>();
        FLAG_SETS.forEach((prefix, set) -> {
            for (Enum<?> flag : set.getEnumConstants()) {
                String name = flag.name().equals("BITS_32BIT") ? "32BIT" : flag.name();
                actual.put(prefix + name, ((Flag) flag).mask());
            }
        });
        actual.put("FUSE_EXPIRE_ONLY", EntryInvalFlag.EXPIRE_ONLY.mask());
        for (DeviceIoctl ioctl : DeviceIoctl.values()) {
            actual.put("FUSE_DEV_IOC_" + ioctl.name(), Integer.toUnsignedLong(ioctl.request()));
        }
        actual.put("FUSE_DEV_IOC_MAGIC", (long) DeviceIoctl.MAGIC);
        actual.put("FUSE_KERNEL_VERSION", (long) Protocol.MAJOR);
        actual.put("FUSE_KERNEL_MINOR_VERSION", (long) Protocol.MINOR);
        actual.put("FUSE_ROOT_ID", Protocol.ROOT_ID);
        actual.put("FUSE_MIN_READ_BUFFER", (long) Protocol.MIN_READ_BUFFER);
        actual.put("FUSE_UNIQUE_RESEND", Protocol.UNIQUE_RESEND);
        actual.put("FUSE_INVALID_UIDGID", Integer.toUnsignedLong(Protocol.INVALID_UIDGID));
        actual.put("FUSE_IOCTL_MAX_IOV", (long) Protocol.IOCTL_MAX_IOV);
        actual.put("CUSE_INIT_INFO_MAX", (long) Protocol.CUSE_INIT_INFO_MAX);
        actual.put("FUSE_COMPAT_ENTRY_OUT_SIZE", (long) EntryOut.STRUCT.size(8));
        actual.put("FUSE_COMPAT_ATTR_OUT_SIZE", (long) AttrOut.STRUCT.size(8));
        actual.put("FUSE_COMPAT_MKNOD_IN_SIZE", (long) MknodIn.STRUCT.size(11));
        actual.put("FUSE_COMPAT_WRITE_IN_SIZE", (long) WriteIn.STRUCT.size(8));
        actual.put("FUSE_COMPAT_STATFS_SIZE", (long) StatfsOut.STRUCT.size(3));
        actual.put("FUSE_COMPAT_SETXATTR_IN_SIZE", (long) SetxattrIn.COMPAT_SIZE);
        actual.put("FUSE_COMPAT_INIT_OUT_SIZE", (long) InitOut.STRUCT.size(4));
        actual.put("FUSE_COMPAT_22_INIT_OUT_SIZE", (long) InitOut.STRUCT.size(22));
        actual.put("FUSE_URING_IN_OUT_HEADER_SZ", (long) UringReqHeader.IN_OUT.size());
        actual.put("FUSE_URING_OP_IN_OUT_SZ", (long) UringReqHeader.OP_IN.size());
        assertThat(actual).isEqualTo(expected);
    }

    @Test void theTypesOfExtensionsAreThere() {
        var expected = numbers(FACTS.getAsJsonObject("enums").getAsJsonObject("fuse_ext_type"));
        assertThat(Map.of("FUSE_MAX_NR_SECCTX", (long) Protocol.MAX_NR_SECCTX, "FUSE_EXT_GROUPS",
                (long) Protocol.EXT_GROUPS))
                .isEqualTo(expected);
    }

    private static Map<String, Long> numbers(JsonObject object) {
        var numbers = new TreeMap<String, Long>();
        object.entrySet().forEach(e -> numbers.put(e.getKey(), e.getValue().getAsBigInteger().longValue()));
        return numbers;
    }
}
