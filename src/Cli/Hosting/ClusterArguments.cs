using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Progeny.Cli.Common;
using Progeny.Core.Common;
using Progeny.Storage.Hosting;
using Progeny.Storage.Releases;

namespace Progeny.Cli.Hosting;

/// <summary>The options by which a cluster is named: its settings, as its nodes have them.</summary>
internal sealed class ClusterArguments
{
    private readonly CliContext _context;

    private readonly Option<string?> _cluster = new("--cluster")
    {
        Description = "The connection string of the cluster's database; without it PROGENY_Cluster__ConnectionString, "
            + "which keeps a password from the list of processes.",
        HelpName = "CONNECTION",
    };

    private readonly Option<string?> _id = new("--cluster-id")
    {
        Description = "The name of the cluster; without it PROGENY_Cluster__Id, or else progeny.",
        HelpName = "ID",
    };

    private readonly Option<string[]> _settings = new("--set")
    {
        Description = "A setting of the section Artifacts, such as Artifacts:Store=s3, as the nodes of the cluster have it; "
            + "others come from PROGENY_Artifacts__… May be repeated.",
        HelpName = "KEY=VALUE",
    };

    private ClusterArguments(CliContext context) => _context = context;

    /// <summary>Adds the options to a command.</summary>
    public static ClusterArguments AddTo(Command command, CliContext context)
    {
        var arguments = new ClusterArguments(context);
        command.Add(arguments._cluster);
        command.Add(arguments._id);
        command.Add(arguments._settings);
        return arguments;
    }

    /// <summary>What is to be moved between.</summary>
    /// <exception cref="CliException">An option is missing or wrong.</exception>
    public MoveRequest Read(ParseResult result, string folder)
    {
        var configuration = new ConfigurationBuilder()
            .AddConfiguration(_context.Configuration)
            .AddInMemoryCollection(Settings(result.GetValue(_settings) ?? []))
            .Build();
        var cluster = new ClusterOptions();
        cluster.ConnectionString = result.GetValue(_cluster) ?? configuration["Cluster:ConnectionString"];
        cluster.Id = result.GetValue(_id) ?? configuration["Cluster:Id"] ?? cluster.Id;
        if (!cluster.IsMember)
        {
            throw new CliException(
                "--cluster is missing: the connection string of the cluster's database, such as "
                    + "'Host=db.example;Database=progeny;Username=progeny'.",
                ExitCodes.Usage);
        }

        var artifacts = new ArtifactsOptions();
        configuration.GetSection("Artifacts").Bind(artifacts);
        return new MoveRequest(folder, cluster, artifacts);
    }

    private static Dictionary<string, string?> Settings(string[] settings)
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !setting.StartsWith("Artifacts:", StringComparison.OrdinalIgnoreCase))
                throw new CliException(
                    $"--set '{setting}' is no setting of the section Artifacts; write --set Artifacts:Store=s3.", ExitCodes.Usage);
            all[setting[..equals]] = setting[(equals + 1)..];
        }

        return all;
    }
}
