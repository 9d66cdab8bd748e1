package org.hexfuse.nio.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** A server of a directory by SFTP on the loopback interface, and a client's filesystem of it. */
final class SftpServer implements Closeable {
    private static final String USER = "test";
    private static final String PASSWORD = "secret";

    private final SshServer server = SshServer.setUpDefaultServer();
    private final SshClient client = SshClient.setUpDefaultClient();
    private final ClientSession session;
    private final FileSystem files;

    SftpServer(Path directory) throws IOException {
        server.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
        server.setPasswordAuthenticator((user, password, _) -> user.equals(USER) && password.equals(PASSWORD));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
        server.setFileSystemFactory(new VirtualFileSystemFactory(directory));
        server.start();
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.start();
        session = client.connect(USER, server.getHost(), server.getPort()).verify(java.time.Duration.ofSeconds(20))
                .getSession();
        session.addPasswordIdentity(PASSWORD);
        session.auth().verify(java.time.Duration.ofSeconds(20));
        files = SftpClientFactory.instance().createSftpFileSystem(session);
    }

    FileSystem files() {
        return files;
    }

    @Override public void close() throws IOException {
        try {
            files.close();
            session.close();
        } finally {
            client.stop();
            server.stop(true);
        }
    }
}
