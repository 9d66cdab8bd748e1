package org.hexfuse.nio.program;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Uses an H2 database in files of the default filesystem, opens it again, and prints what it finds. */
final class H2Program {
    private static final String URL = "jdbc:h2:file:/data/shop";
    private static final int ROWS = 2000;

    private H2Program() {}

    public static void main(String[] args) throws Exception {
        try (Connection connection = DriverManager.getConnection(URL);
                var statement = connection.createStatement()) {
            statement.execute("create table item(id int primary key, name varchar(100), picture blob)");
            statement.execute("create index item_name on item(name)");
            try (var insert = connection.prepareStatement("insert into item values (?, ?, ?)")) {
                for (int i = 0; i < ROWS; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "item " + i);
                    insert.setBytes(3, new byte[i % 500]);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            statement.execute("delete from item where id >= 1900");
        }
        try (Connection connection = DriverManager.getConnection(URL + ";IFEXISTS=TRUE")) {
            System.out.println(one(connection, "select count(*) from item") + " rows");
            System.out.println(one(connection, "select id from item where name = 'item 1234'") + " by name");
            System.out.println(one(connection, "select length(picture) from item where id = 777") + " bytes");
        }
        refuseASecondProgram();
        System.out.println(Files.size(Path.of("/data/shop.mv.db")) > 0);
        System.out.println(new java.io.File("/data/shop.mv.db").exists() + " outside");
    }

    private static String one(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }

    /** The lock of the database's file refuses another channel, as of another program. */
    private static void refuseASecondProgram() throws Exception {
        try (Connection _ = DriverManager.getConnection(URL);
                var channel = java.nio.channels.FileChannel.open(Path.of("/data/shop.mv.db"),
                        java.nio.file.StandardOpenOption.WRITE)) {
            System.out.println(channel.tryLock() + " is a lock");
        } catch (java.nio.channels.OverlappingFileLockException e) {
            System.out.println("locked");
        }
    }
}
