namespace Progeny.Cli.Common;

/// <summary>The key that is sent to a server.</summary>
/// <param name="Text">The key.</param>
/// <param name="Origin">Where it comes from, for messages.</param>
internal sealed record ServerKey(string Text, string Origin)
{
    /// <summary>The setting with the file that is read where nothing else gives a key, if it is there.</summary>
    public const string StandardFileSetting = "StandardKeyFile";

    /// <summary>The file of this process's user: <c>progeny/key</c> in the folder of settings (<c>~/.config</c>).</summary>
    public static string StandardFile =>
        Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "progeny",
            "key");

    /// <summary>The key of the option, or of the environment, or of a file; null: there is none.</summary>
    /// <param name="given">The option's value; null: it is not given.</param>
    /// <exception cref="CliException">The file that is named cannot be read, or what is given is no key that could be sent.</exception>
    public static ServerKey? Find(CliContext context, string? given)
    {
        if (given is not null)
            return Checked(given, "--key");
        if (context.Configuration["Key"] is { Length: > 0 } key)
            return Checked(key, "PROGENY_KEY");
        if (context.Configuration["Key_File"] is { Length: > 0 } named)
            return Read(named, $"PROGENY_KEY_FILE ({named})");
        return context.Configuration[StandardFileSetting] is { Length: > 0 } standard && File.Exists(standard)
            ? Read(standard, standard)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"ServerKey of {Origin}";

    private static ServerKey Read(string path, string origin)
    {
        try
        {
            return Checked(File.ReadAllText(path).Trim(), origin);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The key cannot be read from {origin}: {exception.Message}", ExitCodes.Usage);
        }
    }

    // Whatever a header can hold: a server may take other tokens than keys.
    private static ServerKey Checked(string text, string origin) =>
        text.Length > 0 && text.All(c => c is > ' ' and < (char)0x7F)
            ? new ServerKey(text, origin)
            : throw new CliException($"{origin} gives no key; one looks like 'pgy_…', in one line.", ExitCodes.Usage);
}
