using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Progeny.Grains.Hosting;

/// <summary>
/// Keeps the host and the server from logging, with stack traces, what stopped them from starting: <see cref="NodeProgram"/> says it in a
/// sentence, and what Orleans has to say of being stopped so early adds nothing. Once the node is up they are heard. Orleans' watchdog
/// takes a start for a long pause, so it is not heard before either. While the node stops, Orleans reports calls to grains that have gone,
/// which whoever made the call handles: Orleans, and the library with which it repeats calls, are not heard then.
/// </summary>
internal sealed class StartupLog
{
    private const string Lifetime = "Microsoft.Hosting.Lifetime";

    private static readonly string[] Starters = [
        "Microsoft.Extensions.Hosting.Internal.Host",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Orleans.Runtime.Watchdog",
    ];

    private volatile bool started;
    private volatile bool failed;
    private volatile bool stopping;

    public void Started() => started = true;

    public void Failed() => failed = true;

    public void Stopping() => stopping = true;

    public void AddFilters(ILoggingBuilder logging, IConfiguration configuration)
    {
        var lifetime = LevelOf(configuration, Lifetime, LogLevel.Information);
        logging.AddFilter(Lifetime, level => !failed && level >= lifetime);
        foreach (var category in new[] { "Orleans", "Polly" })
        {
            var least = LevelOf(configuration, category, LogLevel.Warning);
            logging.AddFilter(category, level => !failed && !stopping && level >= least);
        }

        foreach (var category in Starters)
        {
            var least = LevelOf(configuration, category, LogLevel.Warning);
            logging.AddFilter(category, level => started && level >= least);
        }
    }

    private static LogLevel LevelOf(IConfiguration configuration, string category, LogLevel otherwise) =>
        Enum.TryParse<LogLevel>(configuration[$"Logging:LogLevel:{category}"], ignoreCase: true, out var level) ? level : otherwise;
}
