package org.hexfuse.nio.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashMap;
import java.util.Map;

/**
 * The numbers of users and groups that providers know by names. A name that is a number is that; others are looked up in
 * {@code /etc/passwd} and {@code /etc/group} once; one that is not found there stands for the user or the group of this process.
 */
final class Owners {
    /** The files are read as far as this, in bytes. */
    private static final int LONGEST = 1 << 20;

    private final int uid;
    private final int gid;
    private final Map<String, Integer> users = read("/etc/passwd");
    private final Map<String, Integer> groups = read("/etc/group");

    Owners() {
        this.uid = ofProcess("unix:uid");
        this.gid = ofProcess("unix:gid");
    }

    private static int ofProcess(String attribute) {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), attribute);
        } catch (IOException | RuntimeException _) {
            return 0;
        }
    }

    /** Names and numbers, the first and the third field of a line. */
    private static Map<String, Integer> read(String file) {
        var numbers = new HashMap<String, Integer>();
        try (var in = Files.newInputStream(Path.of(file))) {
            for (String line : new String(in.readNBytes(LONGEST), ISO_8859_1).split("\n", -1)) {
                String[] fields = line.split(":", 4);
                if (fields.length > 2 && fields[2].matches("[0-9]{1,10}")) {
                    numbers.putIfAbsent(fields[0], (int) Long.parseLong(fields[2]));
                }
            }
        } catch (IOException _) {
            // Not a Unix: then only numbers are known.
        }
        return numbers;
    }

    /** The user of this process. */
    int uid() {
        return uid;
    }

    /** The group of this process. */
    int gid() {
        return gid;
    }

    int uid(UserPrincipal user) {
        return number(user, users, uid);
    }

    int gid(GroupPrincipal group) {
        return number(group, groups, gid);
    }

    private static int number(UserPrincipal principal, Map<String, Integer> names, int otherwise) {
        String name = principal == null ? "" : principal.getName();
        return name.matches("[0-9]{1,10}") ? (int) Long.parseLong(name) : names.getOrDefault(name, otherwise);
    }

    UserPrincipal user(FileSystem fileSystem, int number) throws IOException {
        var service = fileSystem.getUserPrincipalLookupService();
        try {
            return service.lookupPrincipalByName(Integer.toUnsignedString(number));
        } catch (UserPrincipalNotFoundException e) {
            return service.lookupPrincipalByName(name(users, number, e));
        }
    }

    GroupPrincipal group(FileSystem fileSystem, int number) throws IOException {
        var service = fileSystem.getUserPrincipalLookupService();
        try {
            return service.lookupPrincipalByGroupName(Integer.toUnsignedString(number));
        } catch (UserPrincipalNotFoundException e) {
            return service.lookupPrincipalByGroupName(name(groups, number, e));
        }
    }

    private static String name(Map<String, Integer> names, int number, UserPrincipalNotFoundException missing)
            throws UserPrincipalNotFoundException {
        for (var entry : names.entrySet()) {
            if (entry.getValue() == number) {
                return entry.getKey();
            }
        }
        throw missing;
    }
}
