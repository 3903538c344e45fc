namespace Progeny.Cli.Common;

/// <summary>What the program returns to the shell.</summary>
public static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The thing failed: a test, a training, a request that was refused.</summary>
    public const int Failure = 1;

    /// <summary>The command line was wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Somebody pressed Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
