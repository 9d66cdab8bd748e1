package org.hexfuse.nio.attribute;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Users and groups by name or number: the names are those of {@code /etc/passwd} and {@code /etc/group} of this machine, read again when
 * the files change. An id without a name has its number as its name. Any thread may call any method.
 */
public final class Principals extends UserPrincipalLookupService {
    /** Those of this machine. */
    public static final Principals MACHINE = new Principals(new File("/etc/passwd"), new File("/etc/group"));

    /** In an access control list: the owner of the file. */
    public static final UserPrincipal OWNER = new Special("OWNER@");
    /** In an access control list: its group. */
    public static final UserPrincipal GROUP = new Special("GROUP@");
    /** In an access control list: all others. */
    public static final UserPrincipal EVERYONE = new Special("EVERYONE@");

    private final Table users;
    private final Table groups;

    /** A principal that has no id. */
    private record Special(String name) implements UserPrincipal {
        @Override public String getName() { return name; }

        @Override public String toString() {
            return name;
        }
    }

    /** A user, equal to another one with the same uid. */
    public static class User implements UserPrincipal {
        private final int id;
        private final String name;

        User(int id, String name) {
            this.id = id;
            this.name = name;
        }

        /** The uid or gid, an unsigned number. */
        public int id() {
            return id;
        }

        @Override public String getName() { return name; }

        @Override public boolean equals(Object other) {
            return other instanceof User user && user.id == id && user instanceof Group == this instanceof Group;
        }

        @Override public int hashCode() {
            return this instanceof Group ? ~id : id;
        }

        @Override public String toString() {
            return name;
        }
    }

    /** A group, equal to another one with the same gid. */
    public static final class Group extends User implements GroupPrincipal {
        Group(int id, String name) {
            super(id, name);
        }
    }

    /** The names of one file, in lines {@code NAME:PASSWORD:ID:...}. */
    private static final class Table {
        private static final int ID = 2;

        private final File file;
        private volatile Names names = new Names(Long.MIN_VALUE, Map.of(), Map.of());

        /** What the file had when it was last changed at {@code modified}. */
        private record Names(long modified, Map<String, Integer> ids, Map<Integer, String> names) {}

        Table(File file) {
            this.file = file;
        }

        /** The default provider may be this one, so the file is read without it. */
        private Names current() {
            long modified = file.lastModified();
            if (names.modified != modified) {
                var ids = new HashMap<String, Integer>();
                var byId = new HashMap<Integer, String>();
                try (var lines = new BufferedReader(new FileReader(file, UTF_8))) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        String[] fields = line.split(":", -1);
                        if (fields.length > ID) {
                            number(fields[ID]).ifPresent(id -> {
                                ids.putIfAbsent(fields[0], id);
                                byId.putIfAbsent(id, fields[0]);
                            });
                        }
                    }
                } catch (IOException _) {
                    // Without the file every id is a number.
                }
                names = new Names(modified, ids, byId);
            }
            return names;
        }

        Optional<Integer> id(String name) {
            return Optional.ofNullable(current().ids.get(name)).or(() -> number(name));
        }

        String name(int id) {
            String name = current().names.get(id);
            return name != null ? name : Integer.toUnsignedString(id);
        }
    }

    Principals(File passwd, File group) {
        users = new Table(passwd);
        groups = new Table(group);
    }

    private static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.parseUnsignedInt(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** The user with a uid. */
    public User user(int uid) {
        return new User(uid, users.name(uid));
    }

    /** The group with a gid. */
    public Group group(int gid) {
        return new Group(gid, groups.name(gid));
    }

    /** The uid or gid of a principal; ProviderMismatchException for one of another filesystem, or one without an id. */
    static int id(UserPrincipal principal) {
        if (principal instanceof User user) {
            return user.id();
        }
        throw new ProviderMismatchException(
                "'" + principal + "' is no user or group that the UserPrincipalLookupService"
                        + " of this filesystem has found");
    }

    @Override public UserPrincipal lookupPrincipalByName(String name) throws UserPrincipalNotFoundException {
        for (UserPrincipal special : List.of(OWNER, GROUP, EVERYONE)) {
            if (special.getName().equals(name)) {
                return special;
            }
        }
        int id = users.id(Objects.requireNonNull(name)).orElseThrow(() -> new UserPrincipalNotFoundException(name));
        return new User(id, users.name(id));
    }

    @Override public Group lookupPrincipalByGroupName(String name) throws UserPrincipalNotFoundException {
        int id = groups.id(Objects.requireNonNull(name)).orElseThrow(() -> new UserPrincipalNotFoundException(name));
        return new Group(id, groups.name(id));
    }
}
