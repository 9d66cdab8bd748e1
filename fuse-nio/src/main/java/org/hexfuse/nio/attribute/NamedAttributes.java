package org.hexfuse.nio.attribute;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.hexfuse.nio.mount.Location;

/**
 * Attributes by their names, {@code VIEW:NAME,NAME} or {@code VIEW:*}; the view is "basic" if it is left out.
 *
 * @param view the view
 * @param names what is after the colon
 */
public record NamedAttributes(String view, String names) {
    private static final String ALL = "*";
    private static final int PERMISSIONS = 07777;

    /** Reads text like {@code posix:permissions,owner}; IllegalArgumentException for an empty view. */
    public static NamedAttributes parse(String text) {
        int colon = text.indexOf(':');
        if (colon == 0) {
            throw new IllegalArgumentException("'" + text + "' has an empty view");
        }
        return colon < 0 ? new NamedAttributes("basic", text)
                : new NamedAttributes(text.substring(0, colon), text.substring(colon + 1));
    }

    private UnsupportedOperationException noView() {
        return new UnsupportedOperationException("View '" + view + "' not available");
    }

    private IllegalArgumentException noAttribute(String name) {
        return new IllegalArgumentException("'" + view + ":" + name + "' is no attribute"
                + " that can be read or set this way");
    }

    /** The values. */
    public Map<String, Object> read(Location file) throws IOException {
        List<String> wanted = Arrays.asList(names.split(","));
        return switch (view) {
            case "basic", "posix", "unix", "owner" -> readStat(file, wanted);
            case "user" -> readUser(new UserView(file), wanted);
            case "acl" -> readAcl(AclView.of(file).orElseThrow(this::noView), wanted);
            default -> throw noView();
        };
    }

    private Map<String, Object> readStat(Location file, List<String> wanted) throws IOException {
        Map<String, Function<StatAttributes, Object>> table = StatTable.of(view);
        Collection<String> selected = selected(wanted, table.keySet());
        StatAttributes attributes = FileView.read(file);
        var values = new LinkedHashMap<String, Object>();
        selected.forEach(name -> values.put(name, table.get(name).apply(attributes)));
        return Collections.unmodifiableMap(values);
    }

    private Collection<String> selected(List<String> wanted, Set<String> known) {
        for (String name : wanted) {
            if (!name.equals(ALL) && !known.contains(name)) {
                throw noAttribute(name);
            }
        }
        return wanted.contains(ALL) ? known : wanted;
    }

    private static Map<String, Object> readUser(UserView user, List<String> wanted) throws IOException {
        var values = new LinkedHashMap<String, Object>();
        for (String name : wanted.contains(ALL) ? user.list() : wanted) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("an attribute without a name");
            }
            values.put(name, user.read(name));
        }
        return Collections.unmodifiableMap(values);
    }

    private Map<String, Object> readAcl(AclView acl, List<String> wanted) throws IOException {
        var values = new LinkedHashMap<String, Object>();
        for (String name : selected(wanted, Set.of("acl", "owner"))) {
            values.put(name, name.equals("acl") ? acl.getAcl() : acl.getOwner());
        }
        return Collections.unmodifiableMap(values);
    }

    /** Sets the value of the one attribute; ClassCastException if that is of another type. */
    public void set(Location file, Object value) throws IOException {
        switch (view) {
            case "basic", "posix", "unix", "owner" -> setStat(new FileView(view, file), value);
            case "user" -> {
                ByteBuffer bytes = value instanceof byte[] array ? ByteBuffer.wrap(array) : (ByteBuffer) value;
                new UserView(file).write(names, bytes);
            }
            case "acl" -> setAcl(AclView.of(file).orElseThrow(this::noView), value);
            default -> throw noView();
        }
    }

    @SuppressWarnings("unchecked") // What is in the set is checked when it is used.
    private void setStat(FileView file, Object value) throws IOException {
        if (!StatTable.of(view).containsKey(names)) {
            throw noAttribute(names);
        }
        switch (names) {
            case "lastModifiedTime" -> file.setTimes((FileTime) value, null, null);
            case "lastAccessTime" -> file.setTimes(null, (FileTime) value, null);
            case "creationTime" -> file.setTimes(null, null, (FileTime) value);
            case "permissions" -> file.setPermissions((Set<PosixFilePermission>) value);
            case "owner" -> file.setOwner((UserPrincipal) value);
            case "group" -> file.setGroup((GroupPrincipal) value);
            case "mode" -> file.chmod((Integer) value & PERMISSIONS);
            case "uid" -> file.chown((Integer) value, -1);
            case "gid" -> file.chown(-1, (Integer) value);
            default -> throw noAttribute(names);
        }
    }

    @SuppressWarnings("unchecked") // What is in the list is checked when it is used.
    private void setAcl(AclView acl, Object value) throws IOException {
        switch (names) {
            case "acl" -> acl.setAcl((List<AclEntry>) value);
            case "owner" -> acl.setOwner((UserPrincipal) value);
            default -> throw noAttribute(names);
        }
    }
}
