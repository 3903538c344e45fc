using Microsoft.Extensions.Configuration;
using Progeny.Cli.Common;

namespace Progeny.Cli.Tests.Support;

/// <summary>What one command line came to, run in this process with redirected output.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    public static Task<CliRun> Of(params string[] args) => OfConfigured(new Dictionary<string, string?>(), args);

    /// <param name="settings">As the environment variables PROGENY_… give them.</param>
    public static async Task<CliRun> OfConfigured(
        IReadOnlyDictionary<string, string?> settings, IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var exitCode = await CliApp.RunAsync(args, new CliContext(output, error, configuration, TimeProvider.System), cancellationToken);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Writes the template project.</summary>
    public static async Task InitAsync(string folder) => (await Of("project", "init", "demo", "--path", folder)).ShouldSucceed();

    public CliRun ShouldSucceed()
    {
        ExitCode.ShouldBe(ExitCodes.Success, $"{Out}\n{Error}");
        return this;
    }

    public CliRun ShouldFail(int exitCode, params IEnumerable<string> said)
    {
        ExitCode.ShouldBe(exitCode, $"{Out}\n{Error}");
        foreach (var part in said)
            Error.ShouldContain(part, Case.Sensitive);
        return this;
    }
}
