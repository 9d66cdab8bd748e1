package org.hexfuse.nio.attribute;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The named attributes of the views that one stat has: "basic", "posix", "unix" and "owner". */
final class StatTable {
    private static final Map<String, Function<StatAttributes, Object>> BASIC = basic();
    private static final Map<String, Function<StatAttributes, Object>> POSIX = posix();
    private static final Map<String, Function<StatAttributes, Object>> UNIX = unix();
    private static final Map<String, Function<StatAttributes, Object>> OWNER = Map.of("owner", StatAttributes::owner);

    private StatTable() {}

    /** The attributes of a view by their names, in their order. */
    static Map<String, Function<StatAttributes, Object>> of(String view) {
        return switch (view) {
            case "basic" -> BASIC;
            case "posix" -> POSIX;
            case "unix" -> UNIX;
            case "owner" -> OWNER;
            default -> throw new IllegalArgumentException(view);
        };
    }

    private static Map<String, Function<StatAttributes, Object>> basic() {
        var table = new LinkedHashMap<String, Function<StatAttributes, Object>>();
        table.put("lastAccessTime", StatAttributes::lastAccessTime);
        table.put("lastModifiedTime", StatAttributes::lastModifiedTime);
        table.put("size", StatAttributes::size);
        table.put("creationTime", StatAttributes::creationTime);
        table.put("isSymbolicLink", StatAttributes::isSymbolicLink);
        table.put("isRegularFile", StatAttributes::isRegularFile);
        table.put("fileKey", StatAttributes::fileKey);
        table.put("isOther", StatAttributes::isOther);
        table.put("isDirectory", StatAttributes::isDirectory);
        return table;
    }

    private static Map<String, Function<StatAttributes, Object>> posix() {
        var table = new LinkedHashMap<>(BASIC);
        table.put("permissions", StatAttributes::permissions);
        table.put("owner", StatAttributes::owner);
        table.put("group", StatAttributes::group);
        return table;
    }

    private static Map<String, Function<StatAttributes, Object>> unix() {
        var table = new LinkedHashMap<>(POSIX);
        table.put("mode", file -> file.stat().mode());
        table.put("ino", file -> file.stat().ino());
        table.put("dev", StatAttributes::dev);
        table.put("rdev", file -> Integer.toUnsignedLong(file.stat().rdev()));
        table.put("nlink", file -> file.stat().nlink());
        table.put("uid", file -> file.stat().uid());
        table.put("gid", file -> file.stat().gid());
        table.put("ctime", StatAttributes::ctime);
        return table;
    }
}
