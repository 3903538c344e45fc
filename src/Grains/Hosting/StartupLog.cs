using Microsoft.Extensions.Logging;

namespace Progeny.Grains.Hosting;

/// <summary>
/// Keeps the host and the server from logging, with stack traces, what stopped them from starting: <see cref="NodeProgram"/> says it in a
/// sentence. Once the node is up they are heard.
/// </summary>
internal sealed class StartupLog
{
    private static readonly string[] Starters = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];

    private volatile bool started;
    private volatile bool failed;

    public void Started() => started = true;

    public void Failed() => failed = true;

    public void AddFilters(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft.Hosting.Lifetime", level => !failed && level >= LogLevel.Information);
        foreach (var category in Starters)
            logging.AddFilter(category, level => started && level >= LogLevel.Warning);
    }
}
