using System.CommandLine;
using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Progeny.Cli.Common;

namespace Progeny.Cli.Feeds;

/// <summary>Feeds that are named on the command line, besides those of the environment.</summary>
internal static class FeedArguments
{
    public static Option<string[]> Option() => new("--feed")
    {
        Description = "A feed: a SQLite file, or a PostgreSQL connection string (Host=…;Database=…). May be repeated.",
        HelpName = "NAME=CONNECTION",
    };

    /// <summary>The configuration with the feeds added; they win over those it has.</summary>
    /// <exception cref="CliException">A feed is not NAME=CONNECTION, or its file is missing.</exception>
    public static IConfiguration AddTo(IConfiguration configuration, IReadOnlyList<string> feeds)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var feed in feeds)
        {
            var equals = feed.IndexOf('=');
            if (equals < 1 || equals == feed.Length - 1)
                throw Wrong($"--feed '{feed}' is not NAME=CONNECTION.");
            var name = feed[..equals];
            var (kind, connection) = Read(name, feed[(equals + 1)..]);
            settings[$"Feeds:{name}:Kind"] = kind;
            settings[$"Feeds:{name}:ConnectionString"] = connection;
        }

        return new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection(settings).Build();
    }

    private static (string Kind, string Connection) Read(string name, string value)
    {
        var keys = KeysOf(value);
        if (keys.ContainsKey("Host") || keys.ContainsKey("Server"))
            return ("postgresql", value);
        if (keys.ContainsKey("Data Source") || keys.ContainsKey("DataSource") || keys.ContainsKey("Filename"))
            return ("sqlite", value);
        var file = Path.GetFullPath(value);
        if (!File.Exists(file))
            throw Wrong($"--feed {name}: there is no file '{file}'.");
        return ("sqlite", new DbConnectionStringBuilder { ["Data Source"] = file }.ConnectionString);
    }

    /// <summary>What the value holds as a connection string; nothing where it is none.</summary>
    private static DbConnectionStringBuilder KeysOf(string value)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = value };
        }
        catch (ArgumentException)
        {
            return [];
        }
    }

    private static CliException Wrong(string message) => new(
        $"{message} Write --feed flights=flights.db for a SQLite file, or --feed 'flights=Host=db;Database=flights;Username=reader' for "
            + "PostgreSQL.", ExitCodes.Usage);
}
