using Microsoft.Extensions.Configuration;
using Progeny.Storage.Common;
using Spectre.Console;

namespace Progeny.Cli.Common;

/// <summary>Where commands write and what they know of their surroundings.</summary>
public sealed class CliContext
{
    // A table in a file or a pipe is not to be folded to the width of a terminal that is not there.
    private const int UnboundedWidth = 1000;

    /// <param name="output">For results.</param>
    /// <param name="error">For errors and progress.</param>
    /// <param name="configuration">The settings <c>Server</c> and <c>Feeds:…</c>.</param>
    /// <param name="time">The clock by which jobs are checked.</param>
    public CliContext(TextWriter output, TextWriter error, IConfiguration configuration, TimeProvider time)
    {
        Out = CreateConsole(output);
        Error = CreateConsole(error);
        Configuration = configuration;
        Time = time;
    }

    public IAnsiConsole Out { get; }

    public IAnsiConsole Error { get; }

    public IConfiguration Configuration { get; }

    public TimeProvider Time { get; }

    /// <summary>Text for programs: written as it is, without wrapping.</summary>
    public void WriteRaw(string text)
    {
        var writer = Out.Profile.Out.Writer;
        writer.Write(text);
        if (!text.EndsWith('\n'))
            writer.Write('\n');
        writer.Flush();
    }

    /// <summary>This process' own: its standard streams, and its environment variables <c>PROGENY_…</c>.</summary>
    public static CliContext OfProcess() => new(
        Console.Out,
        Console.Error,
        WithSecrets(
            new ConfigurationBuilder().AddInMemoryCollection([new(ServerKey.StandardFileSetting, ServerKey.StandardFile)])
                .AddEnvironmentVariables("PROGENY_")),
        TimeProvider.System);

    private static IConfiguration WithSecrets(IConfigurationBuilder builder)
    {
        _ = builder.AddSecretFiles(builder.Build());
        return builder.Build();
    }

    private static IAnsiConsole CreateConsole(TextWriter writer)
    {
        var output = new AnsiConsoleOutput(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = output,
            Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = output.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!output.IsTerminal)
            console.Profile.Width = UnboundedWidth;
        return console;
    }
}
