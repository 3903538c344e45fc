namespace Progeny.Cli.Common;

/// <summary>A command cannot do what it was asked to; the message is for whoever typed it.</summary>
internal sealed class CliException(string message, int exitCode = ExitCodes.Failure, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
