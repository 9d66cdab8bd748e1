package org.hexfuse.command;

import com.google.inject.ConfigurationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code hexfuse}. */
@Command(name = "hexfuse", description = "FUSE filesystems in Java: mount them, or use them without a mount.", subcommands = {
    ListCommand.class, MountCommand.class, UmountCommand.class, ServeCommand.class,
    ShellCommand.class,
    DoctorCommand.class}, mixinStandardHelpOptions = true, versionProvider = Hexfuse.Version.class, exitCodeListHeading = "Exit status:%n", exitCodeList = {
        "0:done", "1:it failed", "2:wrong use"}) public final class Hexfuse implements Runnable {
    @Spec private CommandSpec spec;

    /** Made by picocli. */
    public Hexfuse() {}

    /** Says which version this is. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override public String[] getVersion() {
            String version = Hexfuse.class.getPackage().getImplementationVersion();
            return new String[]{"hexfuse " + (version == null ? "(not packaged)" : version)};
        }
    }

    /** Runs the command and ends the JVM. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs the command and returns its exit status. */
    static int run(String... arguments) {
        CommandLine command = commandLine();
        try {
            return command.execute(arguments);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            return ErrorReport.print(e, command);
        }
    }

    /** The command, with which output can be redirected. */
    static CommandLine commandLine() {
        Injector injector = Guice.createInjector(new CommandModule());
        IFactory picocli = CommandLine.defaultFactory();
        IFactory factory = new IFactory() {
            @Override public <K> K create(Class<K> type) throws Exception {
                try {
                    return injector.getInstance(type);
                } catch (ConfigurationException _) {
                    return picocli.create(type);
                }
            }
        };
        return new CommandLine(Hexfuse.class, factory).setParameterExceptionHandler(Hexfuse::wrongUse)
                .setExecutionExceptionHandler(ErrorReport::print).setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** One line that says what to do. */
    private static int wrongUse(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        err.println(name + ": " + ErrorReport.oneLine(e.getMessage()) + "; see '" + name + " --help'");
        return CommandLine.ExitCode.USAGE;
    }

    @Override public void run() {
        throw new ParameterException(spec.commandLine(),
                "a command is missing: list, mount, umount, serve, shell or doctor");
    }
}
